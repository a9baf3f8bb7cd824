// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

struct SafetensorsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(_ bytes: [UInt8]) throws -> Checkpoint {
    try Checkpoint.open(folder.write(bytes, "model.safetensors"))
  }

  @Test func `a file of every type equals what the reference wrote`() throws {
    let checkpoint = try Checkpoint.open(Golden.path("types.safetensors"))
    #expect(checkpoint.format == .safetensors)
    #expect(checkpoint.metadata == ["made by": "a \"test\""])
    #expect(checkpoint.configurationFile == nil)
    try Golden.expect(checkpoint.tensors, equal: "types.safetensors")
  }

  @Test func `an empty tensor and a scalar have their shapes`() throws {
    let tensors = try Checkpoint.open(Golden.path("types.safetensors")).tensors
    #expect(try tensors["empty"]?.tensor().shape == [0, 4])
    #expect(try tensors["scalar"]?.tensor().shape == [])
  }

  @Test func `integers are read exactly`() throws {
    let path = folder.path("integers.safetensors")
    try SafetensorsWriter.write(
      [OutgoingTensor("i", integers: [.min, -1, .max], shape: [3])], to: path)
    let tensor = try #require(try Checkpoint.open(path).tensors["i"])
    #expect(try tensor.integers() == [.min, -1, .max])
  }

  @Test func `a stored tensor outlives its checkpoint and gives its pages back`() throws {
    let kept = try #require(
      try Checkpoint.open(Golden.path("types.safetensors")).tensors["a.f32"])
    kept.releasePages()
    #expect(
      try kept.floats().map { Double($0) } == Golden.expected["types.safetensors"]?["a.f32"]?.values
    )
  }

  // MARK: Refusals

  private static let one = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#

  @Test(arguments: [
    (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, "shape [3] of 12 bytes"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "data_offsets [8, 0]"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"#, "leaves a hole"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "4 bytes behind the last"),
    (#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#, "truncated"),
    (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, "exactly"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}"#, "exactly"),
    (#"{"a":{"dtype":"F32","shape":[2]}}"#, "exactly"),
    (#"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, "exactly"),
    (#"{"a":3}"#, "exactly"),
    (#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#, "impossible"),
    (#"{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,8]}}"#, "impossible"),
    (
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,0],"data_offsets":[0,0]}}"#, "impossible"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}"#, "impossible"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
        + #""b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      "'b' overlaps"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
        + #""a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      "'a' twice"
    ),
    (#"{"__metadata__":{"a":1}}"#, "__metadata__"), (#"{"__metadata__":[]}"#, "__metadata__"),
    (#"["a"]"#, "not an object"), (#"{"a":NaN}"#, "not valid JSON"),
    (
      #"{"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}"#,
      "truncated"
    ),
  ])
  func `a header that contradicts itself or the data is refused`(header: String, word: String) {
    expectRefusal(.malformed, "model.safetensors", word) {
      try open(safetensors(header, data: [UInt8](repeating: 0, count: 8)))
    }
  }

  @Test func `a correct header of the same shape is read`() throws {
    let checkpoint = try open(safetensors(Self.one, data: [UInt8](repeating: 0, count: 8)))
    #expect(try checkpoint.tensors["a"]?.floats() == [0, 0])
  }

  @Test(arguments: ["F8_E4M3", "F4", "C64", "f32", ""])
  func `a type that is not implemented is refused by name`(type: String) {
    expectRefusal(.unsupported, "'a'", "'\(type)'") {
      try open(
        safetensors(#"{"a":{"dtype":"\#(type)","shape":[2],"data_offsets":[0,2]}}"#, data: [0, 0]))
    }
  }

  @Test(arguments: [UInt64.max, 1 << 62, 1 << 44, 100_000_001])
  func `a header that claims terabytes is refused`(length: UInt64) {
    let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array("{}".utf8)
    expectRefusal(.malformed, "claims a header of \(length) bytes, more than") { try open(bytes) }
  }

  @Test func `a header longer than the file is refused`() {
    let bytes =
      withUnsafeBytes(of: UInt64(50_000_000).littleEndian) { Array($0) } + Array("{}".utf8)
    expectRefusal(.malformed, "claims a header of 50000000 bytes and has 2") { try open(bytes) }
  }

  @Test func `a header that nests 200 000 deep is refused`() {
    expectRefusal(.malformed, "levels") {
      try open(safetensors(#"{"a":"# + String(repeating: "[", count: 200_000)))
    }
  }

  @Test func `an empty file and a file of a few bytes are refused`() {
    expectRefusal(.malformed, "is empty") { try open([]) }
    expectRefusal(.malformed, "too few") { try open([1, 2, 3]) }
  }

  @Test func `a file without tensors is refused`() {
    expectRefusal(.missing, "no tensors") { try open(safetensors("{}")) }
  }

  @Test func `names that try to move the cursor are shown escaped`() {
    let header = "{\"\\u001b[2J\\nx\":3}"
    let message = expectRefusal(.malformed, #"\u{1B}[2J\nx"#) { try open(safetensors(header)) }
    #expect(!message.unicodeScalars.contains("\u{1b}"))
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `a weight that is not finite is refused with its place`(value: Float) throws {
    for type in [ScalarType.float32, .float64, .bfloat16, .float16] {
      let bytes: [UInt8]
      switch type {
      case .float64: bytes = withUnsafeBytes(of: Double(value).bitPattern) { Array($0) }
      case .bfloat16:
        bytes = withUnsafeBytes(of: UInt16(value.bitPattern >> 16)) { Array($0) }
      case .float16:
        let pattern: UInt16 = value.isNaN ? 0x7e00 : value > 0 ? 0x7c00 : 0xfc00
        bytes = withUnsafeBytes(of: pattern) { Array($0) }
      default: bytes = withUnsafeBytes(of: value.bitPattern) { Array($0) }
      }
      let data = [UInt8](repeating: 0, count: bytes.count * 4) + bytes + bytes
      let path = folder.path("infinite.safetensors")
      try SafetensorsWriter.write(
        [OutgoingTensor("w", type: type, shape: [2, 3], bytes: data)], to: path)
      let checkpoint = try Checkpoint.open(path)
      #expect(try checkpoint.tensors["w"]?.firstNonFinite() == 4)
      expectRefusal(.nonFinite, "'w'", "[1, 1]") { try checkpoint.requireFinite() }
    }
    try Checkpoint.open(Golden.path("types.safetensors")).requireFinite()
  }

  @Test func `a number beyond Float32 is refused, not made infinite`() throws {
    let bytes = withUnsafeBytes(of: 1e300) { Array($0) }
    let path = folder.path("wide.safetensors")
    try SafetensorsWriter.write(
      [OutgoingTensor("w", type: .float64, shape: [1], bytes: bytes)], to: path)
    expectRefusal(.nonFinite, "'w'", "beyond Float32") {
      try Checkpoint.open(path).tensors["w"]?.tensor()
    }
  }

  @Test func `a file that shrinks while it is open is refused`() throws {
    let path = try folder.write(Golden.bytes("types.safetensors"), "shrinking.safetensors")
    let tensor = try #require(try Checkpoint.open(path).tensors["a.f32"])
    try FileHandle(forWritingTo: URL(fileURLWithPath: path)).truncate(atOffset: 16)
    expectRefusal(.io, "shrank") { try tensor.tensor() }
    expectRefusal(.io, "shrank") { try tensor.requireFinite() }
  }
}
