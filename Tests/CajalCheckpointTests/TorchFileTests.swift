// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTestSupport
import Foundation
import Testing

struct TorchFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["module.pt", "views.pt", "legacy.pt", "training.pt", "deflated.pt", "whole.pt"])
  func `a state dictionary equals what torch saved`(name: String) throws {
    let checkpoint = try Checkpoint.open(Golden.path(name))
    #expect(checkpoint.format == .torch)
    try Golden.expect(checkpoint.tensors, equal: name)
  }

  @Test func `what stands beside the state dictionary is named`() throws {
    let checkpoint = try Checkpoint.open(Golden.path("training.pt"))
    #expect(
      checkpoint.nonTensorEntries.sorted() == [
        "3", "best", "bytes", "device", "large", "none", "optimizer", "seen", "shape", "step",
        "type",
      ])
  }

  @Test func `tensors of one storage share its bytes`() throws {
    let tensors = try Checkpoint.open(Golden.path("views.pt")).tensors
    let base = try #require(tensors["base"]).withBytes { $0.baseAddress }
    let row = try #require(tensors["row"]).withBytes { $0.baseAddress }
    #expect(try #require(row) == #require(base) + 24)
  }

  // MARK: Refusals

  @Test(arguments: [
    ("calls-system.pt", "'posix.system'"), ("calls-system-2.pt", "'posix.system'"),
    ("calls-system-4.pt", "'posix.system'"),
    ("whole-module.pt", "'torch.nn.modules.linear.Linear'"),
  ])
  func `a pickle that would call something is refused by name`(name: String, word: String) {
    expectRefusal(.unsupported, name, word, "nothing is called", "safetensors") {
      try Checkpoint.open(Golden.path(name))
    }
  }

  /// A torch file of the older layout around any pickle.
  private func legacy(_ program: [UInt8]) -> [UInt8] {
    let magic: [UInt8] = [
      0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
    ]
    let version: [UInt8] = [0x80, 2, 0x4d, 0xe9, 3, 0x2e]
    let machine: [UInt8] =
      [0x80, 2, 0x7d, 0x58, 13, 0, 0, 0] + Array("little_endian".utf8) + [0x88, 0x73, 0x2e]
    return magic + version + machine + program
  }

  @Test(arguments: [
    ("(S'x'\nios\nsystem\n.", "unknown instruction"), ("(ios\nsystem\n.", "'os.system'"),
    ("cos\nsystem\n.", "'os.system'"), ("c__builtin__\neval\n.", "'__builtin__.eval'"),
    ("ctorch\nload\n.", "'torch.load'"),
    ("ctorch._utils\n_import_dotted_name\n.", "_import_dotted"),
    ("ctorch\nFloatStorage\n)R.", "constructor"), ("ctorch\nFloatStorage\n)\u{1}.", ""),
    ("(o.", "constructor"), ("}(K\u{1}K\u{2}u}b.", ""), ("}}X\u{1}\0\0\0xK\u{1}sb.", "attributes"),
  ])
  func `instructions that make more than data are refused`(program: String, word: String) throws {
    let path = try folder.write(legacy(Array(program.utf8)), "x.pt")
    do {
      _ = try Checkpoint.open(path)
      Issue.record("nothing was refused")
    } catch {
      #expect(word.isEmpty || error.description.contains(word), "\(error)")
    }
  }

  @Test(
    arguments: [
      [0x2e], [], [0x28, 0x30, 0x30], [0x75, 0x2e], [0x85, 0x2e], [0x68, 0, 0x2e],
      [0x28, 0x74, 0x71, 0],
      [0x58, 0xff, 0xff, 0xff, 0xff], [0x8d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      [0x8b, 0xff, 0xff, 0xff, 0x7f], [0x80, 9], [0x51, 0x2e], [0x52, 0x2e], [0x62, 0x2e], [0x93],
    ] as [[UInt8]])
  func `broken programs are refused`(program: [UInt8]) throws {
    let path = try folder.write(legacy(program), "x.pt")
    #expect(throws: CheckpointError.self) { try Checkpoint.open(path) }
  }

  @Test func `a nest of 200 000 lists and a list in itself cost no stack`() throws {
    let nest = [UInt8](repeating: 0x5d, count: 200_000) + [UInt8](repeating: 0x61, count: 199_999)
    let path = try folder.write(legacy(nest + [0x2e, 0x5d, 0x2e]), "nest.pt")
    expectRefusal(.unsupported, "holds no dictionary") { try Checkpoint.open(path) }
    let cycle: [UInt8] = [0x5d, 0x71, 0, 0x68, 0, 0x61, 0x2e]
    try folder.write(legacy(cycle + [0x5d, 0x2e]), "cycle.pt")
    expectRefusal(.unsupported, "holds no dictionary") {
      try Checkpoint.open(folder.path("cycle.pt"))
    }
    let tuples = [UInt8(0x29)] + [UInt8](repeating: 0x85, count: 200_000)
    try folder.write(legacy(tuples + [0x2e, 0x5d, 0x2e]), "tuples.pt")
    expectRefusal(.unsupported, "holds no dictionary") {
      try Checkpoint.open(folder.path("tuples.pt"))
    }
  }

  @Test func `elements beyond the bytes of the pickle are refused`() throws {
    // A list of 1000, copied into a dictionary again and again by three bytes each.
    var program: [UInt8] = [0x5d, 0x71, 0, 0x28]
    for _ in 0..<1000 { program += [0x29, 0x29, 0x86] }
    program +=
      [0x65, 0x85, 0x71, 1, 0x30] + Array("ccollections\nOrderedDict\n".utf8) + [0x71, 2, 0x30]
    for _ in 0..<1000 { program += [0x68, 2, 0x68, 1, 0x52, 0x30] }
    let path = try folder.write(legacy(program + [0x4e, 0x2e]), "amplified.pt")
    expectRefusal(.malformed, "more elements than tensors need") { try Checkpoint.open(path) }
  }

  @Test func `a stack beyond what tensors need is refused`() throws {
    let program = [UInt8](repeating: 0x4e, count: 8_000_001)
    let path = try folder.write(legacy(program + [0x2e]), "deep.pt")
    expectRefusal(.malformed, "too many values") { try Checkpoint.open(path) }
  }

  /// A legacy file of one Float32 tensor with these numbers in its description.
  private func tensor(count: Int, offset: Int, shape: [Int], strides: [Int], data: [Float])
    -> [UInt8]
  {
    func number(_ value: Int) -> [UInt8] {
      [0x8a, 8] + withUnsafeBytes(of: Int64(value).littleEndian) { Array($0) }
    }
    func text(_ text: String) -> [UInt8] { [0x8c, UInt8(text.utf8.count)] + Array(text.utf8) }
    let storage =
      [0x28] + text("storage") + Array("ctorch\nFloatStorage\n".utf8) + text("0")
      + text("cpu") + number(count) + [0x4e, 0x74, 0x51]
    let sizes = [0x28] + shape.flatMap(number) + [0x74] + [0x28] + strides.flatMap(number) + [0x74]
    let object =
      [0x7d] + text("w") + Array("ctorch._utils\n_rebuild_tensor_v2\n".utf8) + [0x28]
      + storage + number(offset) + sizes + [0x89, 0x7d, 0x74, 0x52, 0x73, 0x2e]
    let bytes = data.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }
    return legacy(object + [0x5d] + text("0") + [0x61, 0x2e])
      + withUnsafeBytes(of: Int64(data.count).littleEndian) { Array($0) } + bytes
  }

  @Test func `a tensor written by hand is read`() throws {
    let bytes = tensor(count: 4, offset: 0, shape: [2, 2], strides: [1, 2], data: [1, 2, 3, 4])
    let checkpoint = try Checkpoint.open(folder.write(bytes, "w.pt"))
    #expect(try checkpoint.tensors["w"]?.floats() == [1, 3, 2, 4])
  }

  @Test(arguments: [
    (4, 0, [5], [1]), (4, 1, [4], [1]), (4, 0, [2, 2], [3, 1]), (4, 0, [2], [Int.max]),
    (4, Int.max, [1], [1]), (4, 0, [1 << 40], [0]), (4, 0, [1 << 32, 1 << 32], [0, 0]),
    (4, 0, [8], [0]), (4, -1, [1], [1]), (4, 0, [-1], [1]), (4, 0, [1], [-1]), (4, 0, [2, 2], [1]),
    (3, 0, [1], [1]), (Int.max, 0, [1], [1]), (4, 0, [Int.max], [1]),
    (4, 0, Array(repeating: 1, count: 33), Array(repeating: 1, count: 33)),
  ])
  func `a view beyond its storage is refused`(
    count: Int, offset: Int, shape: [Int], strides: [Int]
  ) throws {
    let bytes = tensor(
      count: count, offset: offset, shape: shape, strides: strides, data: [1, 2, 3, 4])
    let path = try folder.write(bytes, "w.pt")
    #expect(throws: CheckpointError.self) { try Checkpoint.open(path) }
  }

  @Test func `the stride of a dimension of one element may be anything`() throws {
    let bytes = tensor(
      count: 4, offset: 0, shape: [1, 2, 2], strides: [.max, 1, 2], data: [1, 2, 3, 4])
    let checkpoint = try Checkpoint.open(folder.write(bytes, "w.pt"))
    #expect(try checkpoint.tensors["w"]?.floats() == [1, 3, 2, 4])
  }
}
