// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

struct NumPyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["plain.npy", "fortran.npy", "big-endian.npy", "version-2.npy"])
  func `an array equals what numpy saved`(name: String) throws {
    let checkpoint = try Checkpoint.open(Golden.path(name))
    #expect(checkpoint.format == .npy)
    try Golden.expect(checkpoint.tensors, equal: name)
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func `an archive equals what numpy saved`(name: String) throws {
    let checkpoint = try Checkpoint.open(Golden.path(name))
    #expect(checkpoint.format == .npz)
    try Golden.expect(checkpoint.tensors, equal: name)
  }

  @Test func `what is written is read back equal`() throws {
    let tensors = try Checkpoint.open(Golden.path("stored.npz")).tensors
    let outgoing = tensors.sorted { $0.key < $1.key }.map { OutgoingTensor($0.key, $0.value) }
    let path = folder.path("again.npz")
    try NumPyWriter.write(archive: outgoing, to: path)
    try Golden.expect(Checkpoint.open(path).tensors, equal: "stored.npz")
    let plain = try #require(try Checkpoint.open(Golden.path("plain.npy")).tensors["plain"])
    try NumPyWriter.write(OutgoingTensor("plain", plain), to: folder.path("plain.npy"))
    #expect(
      Array(try Data(contentsOf: folder.url.appendingPathComponent("plain.npy")))
        == Golden.bytes("plain.npy"))
  }

  @Test func `what numpy does not know or what does not fit is not written`() throws {
    let path = folder.path("x.npy")
    expectRefusal(.unsupported, "BF16") {
      try NumPyWriter.write(
        OutgoingTensor("x", type: .bfloat16, shape: [1], bytes: [0, 0]), to: path)
    }
    expectRefusal(.mismatch, "4 bytes") {
      try NumPyWriter.write(
        OutgoingTensor("x", type: .float32, shape: [2], bytes: [0, 0, 0, 0]), to: path)
    }
    expectRefusal(.malformed, "'x.npy' is taken") {
      let tensor = OutgoingTensor("x", integers: [1], shape: [1])
      try NumPyWriter.write(archive: [tensor, tensor], to: path)
    }
    #expect(try folder.names.isEmpty)
  }

  // MARK: Refusals

  @Test(arguments: [
    ("objects.npy", "'|O'"), ("complex.npy", "'<c8'"), ("structured.npy", "structured"),
  ])
  func `element types that are no numbers are refused`(name: String, word: String) {
    expectRefusal(.unsupported, name, word) { try Checkpoint.open(Golden.path(name)) }
  }

  private func npy(_ header: String, data: Int = 16, version: UInt8 = 1) -> [UInt8] {
    let length = UInt16(header.utf8.count)
    return [0x93] + Array("NUMPY".utf8) + [version, 0, UInt8(length & 255), UInt8(length >> 8)]
      + Array(header.utf8) + [UInt8](repeating: 0, count: data)
  }

  @Test(arguments: [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }",
    "{'descr': '<f4', 'fortran_order': True, 'shape': (4294967296, 4294967296), }",
    "{'descr': '<f4', 'fortran_order': True, 'shape': (0, 4294967296, 4294967296), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-4,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
    "{'descr': '<f4', 'fortran_order': False}", "{'descr': '<f4'", "{", "", "()",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (4,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), 'x': (1,), }",
    "{'descr': '<f4', 'descr': '<f4', 'shape': (4,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), } __import__('os')",
  ])
  func `a header that is wrong or does not fit the data is refused`(header: String) throws {
    let path = try folder.write(npy(header), "x.npy")
    #expect(throws: CheckpointError.self) { try Checkpoint.open(path) }
  }

  @Test func `the right header is read, later versions are not`() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }"
    let path = try folder.write(npy(header), "x.npy")
    #expect(try Checkpoint.open(path).tensors["x"]?.floats() == [0, 0, 0, 0])
    expectRefusal(.unsupported, "version 4") {
      try Checkpoint.open(folder.write(npy(header, version: 4), "y.npy"))
    }
  }

  @Test func `an archive that claims more than deflate can hold is refused unallocated`() throws {
    var bytes = Golden.bytes("deflated.npz")
    // The directory's record of the first deflated entry claims 2 GiB.
    let record = try #require(bytes.firstRange(of: [0x50, 0x4b, 0x01, 0x02]))
    bytes.replaceSubrange(
      (record.lowerBound + 24)..<(record.lowerBound + 28), with: [0, 0, 0, 0x7f])
    expectRefusal(.malformed, "claims 2130706432 bytes") {
      try Checkpoint.open(folder.write(bytes, "bomb.npz"))
    }
  }

  @Test func `entries that share bytes are refused`() throws {
    var bytes = Golden.bytes("stored.npz")
    let first = try #require(bytes.firstRange(of: [0x50, 0x4b, 0x01, 0x02]))
    // The first record's sizes grow over its neighbour.
    let size: UInt32 = bytes[(first.lowerBound + 20)..<(first.lowerBound + 24)].reversed()
      .reduce(0) { $0 << 8 | UInt32($1) }
    let larger = withUnsafeBytes(of: (size + 64).littleEndian) { Array($0) }
    bytes.replaceSubrange((first.lowerBound + 20)..<(first.lowerBound + 28), with: larger + larger)
    expectRefusal(.malformed, "overlap") { try Checkpoint.open(folder.write(bytes, "x.npz")) }
  }

  @Test func `a stored byte that flipped does not fit its checksum`() throws {
    var bytes = Golden.bytes("stored.npz")
    let array = try #require(bytes.firstRange(of: [0x93] + Array("NUMPY".utf8)))
    bytes[array.lowerBound + 130] ^= 1
    expectRefusal(.malformed, "checksum") { try Checkpoint.open(folder.write(bytes, "x.npz")) }
  }

  @Test func `an archive without arrays is refused`() throws {
    let empty: [UInt8] = [0x50, 0x4b, 5, 6] + [UInt8](repeating: 0, count: 18)
    expectRefusal(.missing, "without arrays") { try Checkpoint.open(folder.write(empty, "x.npz")) }
  }
}
