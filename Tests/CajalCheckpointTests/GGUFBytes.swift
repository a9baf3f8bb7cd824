// SPDX-License-Identifier: Apache-2.0

/// Bytes of a GGUF file put together by hand from the format's description, right or wrong.
///
/// - Source: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>
struct GGUFBytes {
  /// The types of values with their numbers in the description.
  enum Kind: UInt32 {
    case uint8 = 0
    case int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64
    case float64
  }

  private var metadata: [UInt8] = []
  private var tensors: [UInt8] = []
  var version: UInt32 = 3
  var keyCount: UInt64 = 0
  var tensorCount: UInt64 = 0
  var alignment = 32
  var data: [UInt8] = []

  static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  static func string(_ text: [UInt8]) -> [UInt8] { bytes(UInt64(text.count)) + text }

  static func string(_ text: String) -> [UInt8] { string(Array(text.utf8)) }

  /// The elements of an array behind their type and count.
  static func array(_ kind: Kind, _ elements: [[UInt8]]) -> [UInt8] {
    bytes(kind.rawValue) + bytes(UInt64(elements.count)) + elements.flatMap { $0 }
  }

  mutating func add(_ key: String, _ kind: Kind, _ value: [UInt8]) {
    addRaw(Self.string(key) + Self.bytes(kind.rawValue) + value)
  }

  mutating func addRaw(_ entry: [UInt8]) {
    metadata += entry
    keyCount += 1
  }

  mutating func addTensor(_ name: String, _ dimensions: [UInt64], type: UInt32, offset: UInt64) {
    tensors +=
      Self.string(name) + Self.bytes(UInt32(dimensions.count))
      + dimensions.flatMap { Self.bytes($0) } + Self.bytes(type) + Self.bytes(offset)
    tensorCount += 1
  }

  /// The whole file.
  var file: [UInt8] {
    var file =
      Array("GGUF".utf8) + Self.bytes(version) + Self.bytes(tensorCount) + Self.bytes(keyCount)
      + metadata + tensors
    if tensorCount > 0 {
      while file.count % alignment != 0 { file.append(0) }
    }
    return file + data
  }
}
