// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

struct SafetensorsWriterTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `what is written is what the reference writes, byte for byte`() throws {
    let checkpoint = try Checkpoint.open(Golden.path("types.safetensors"))
    let path = folder.path("again.safetensors")
    let tensors = checkpoint.tensors.sorted { $0.key < $1.key }
    try SafetensorsWriter.write(
      tensors.map { OutgoingTensor($0.key, $0.value) }, metadata: checkpoint.metadata, to: path)
    let again = try Checkpoint.open(path)
    try Golden.expect(again.tensors, equal: "types.safetensors")
    #expect(again.metadata == checkpoint.metadata)
    #expect(try again.digest() == checkpoint.digest())
    let written = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(written == Golden.bytes("types.safetensors"))
  }

  @Test func `a tensor of Float32 keeps its bits`() throws {
    let values: [Float] = [
      0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .pi, .infinity,
    ]
    let path = folder.path("x.safetensors")
    try SafetensorsWriter.write([OutgoingTensor("x", Tensor(values, shape: [2, 3]))], to: path)
    let tensor = try #require(try Checkpoint.open(path).tensors["x"])
    #expect(tensor.shape == [2, 3])
    #expect(try tensor.floats().map(\.bitPattern) == values.map(\.bitPattern))
  }

  @Test func `tensors come in any order and in parts`() throws {
    let path = folder.path("x.safetensors")
    let writer = try SafetensorsWriter(
      path, [.init("bytes", .uint8, [3]), .init("floats", .float32, [2])], metadata: ["a": "b"])
    func append(_ bytes: [UInt8], _ name: String) throws {
      try bytes.withUnsafeBytes { try writer.append($0, to: name) }
    }
    try append([1], "bytes")
    try append([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40], "floats")
    #expect(!FileManager.default.fileExists(atPath: path))
    expectRefusal(.missing, "'bytes'") { try writer.finish() }
    expectRefusal(.mismatch, "'bytes'") { try append([2, 3, 4], "bytes") }
    expectRefusal(.unexpected, "'other'") { try append([2], "other") }
    try append([2, 3], "bytes")
    try writer.finish()
    let checkpoint = try Checkpoint.open(path)
    #expect(try checkpoint.tensors["bytes"]?.integers() == [1, 2, 3])
    #expect(try checkpoint.tensors["floats"]?.floats() == [1, 2])
    #expect(try folder.names == ["x.safetensors"])
  }

  @Test func `a file that is not finished leaves nothing and changes nothing`() throws {
    let path = try folder.write("before", "x.safetensors")
    do {
      let writer = try SafetensorsWriter(path, [.init("w", .float32, [2])])
      #expect(try folder.names.count == 2)
      _ = writer
    }
    expectRefusal(.missing, "'w'") {
      try SafetensorsWriter.write(
        [OutgoingTensor("w", type: .float32, shape: [2], bytes: [0])], to: path)
    }
    expectRefusal(.malformed, "'w' is taken") {
      let tensor = OutgoingTensor("w", integers: [1], shape: [1])
      try SafetensorsWriter.write([tensor, tensor], to: path)
    }
    expectRefusal(.mismatch, "impossible shape") {
      try SafetensorsWriter.write(
        [OutgoingTensor("w", type: .float32, shape: [-1], bytes: [])], to: path)
    }
    #expect(try folder.names == ["x.safetensors"])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "before")
  }

  @Test func `a folder that is not there is refused`() {
    expectRefusal(.notFound, "No such file") {
      try SafetensorsWriter.write([], to: folder.path("no/such/x.safetensors"))
    }
  }

  @Test func `only plain files are replaced`() throws {
    let (pipe, link, folderPath) = (folder.path("pipe"), folder.path("link"), folder.path("below"))
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(symlink(pipe, link) == 0)
    #expect(mkdir(folderPath, 0o700) == 0)
    let tensor = OutgoingTensor("x", Tensor(zeros: [2]))
    for path in [pipe, link, folderPath] {
      #expect {
        try SafetensorsWriter.write([tensor], to: path)
      } throws: {
        "\($0)".contains("is not a plain file")
      }
    }
    var status = stat()
    #expect(lstat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
  }

  @Test func `a full disk is told in one line`() throws {
    // Declares more than any disk of today has.
    expectRefusal(.io, "x.safetensors") {
      try SafetensorsWriter(folder.path("x.safetensors"), [.init("w", .uint8, [1 << 51])])
    }
    #expect(try folder.names.isEmpty)
  }
}
