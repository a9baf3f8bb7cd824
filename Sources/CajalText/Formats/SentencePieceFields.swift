// SPDX-License-Identifier: Apache-2.0

/// Reads the fields of a protocol buffer message one by one; every length is checked.
///
/// - Source: <https://protobuf.dev/programming-guides/encoding>.
struct SentencePieceFields {
  /// What a field holds.
  enum Value {
    case number(UInt64)
    case word(UInt32)
    case bytes(ArraySlice<UInt8>)
    /// Eight bytes, which no field that is read here has.
    case other
  }

  private let bytes: ArraySlice<UInt8>
  private var position: Int

  /// The message that some bytes are.
  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The next field, or nothing at the end of the message.
  mutating func next() throws(TextError) -> (field: Int, value: Value)? {
    guard position < bytes.endIndex else { return nil }
    let start = position
    let key = try varint()
    guard (1 << 3..<1 << 32).contains(key) else {
      throw TextError(.malformed, "byte \(start) of the model begins no field")
    }
    let field = Int(key >> 3)
    switch key & 7 {
    case 0: return (field, .number(try varint()))
    case 1:
      _ = try take(8)
      return (field, .other)
    case 2:
      let length = try varint()
      guard length <= UInt64(bytes.endIndex - position) else {
        throw TextError(
          .malformed,
          "the field at byte \(start) of the model claims \(length) bytes, more than there are")
      }
      return (field, .bytes(try take(Int(length))))
    case 5:
      let word = try take(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      return (field, .word(word))
    default:
      throw TextError(.malformed, "the field at byte \(start) of the model is of no known form")
    }
  }

  private mutating func take(_ count: Int) throws(TextError) -> ArraySlice<UInt8> {
    guard bytes.endIndex - position >= count else {
      throw TextError(.malformed, "the model ends early, at byte \(bytes.endIndex)")
    }
    position += count
    return bytes[position - count..<position]
  }

  /// A number in groups of seven bits, the lowest first.
  private mutating func varint() throws(TextError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = try take(1).first else { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw TextError(.malformed, "the number before byte \(position) of the model has no end")
  }
}
