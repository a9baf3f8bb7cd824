// SPDX-License-Identifier: Apache-2.0

import CajalTensor

/// The header of an npy file: a Python dictionary with exactly `descr`, `fortran_order` and
/// `shape`.
///
/// - Source: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>
struct NumPyHeader {
  /// The type of the numbers.
  let type: ScalarType
  /// Whether the bytes of a number lie most significant first.
  let isBigEndian: Bool
  /// Whether the first dimension is the fastest.
  let isFortranOrder: Bool
  let shape: [Int]

  /// Parses the text of a header.
  init(_ bytes: [UInt8], file: String) throws(CheckpointError) {
    var parser = PythonLiteral(bytes)
    guard let members = parser.dictionary(), members.count == 3,
      let description = members["descr"], let order = members["fortran_order"],
      case .tuple(let shape)? = members["shape"], case .bool(let isFortranOrder) = order
    else {
      throw CheckpointError(
        .malformed,
        "has a header that is not a dictionary of descr, fortran_order and shape; "
          + "write it again with numpy.save", file: file)
    }
    guard case .text(let text) = description, let (type, isBigEndian) = Self.type(text) else {
      let shown = if case .text(let text) = description { text.quoted } else { "structured" }
      throw CheckpointError(
        .unsupported,
        "has the element type \(shown), which is not implemented; convert it to a "
          + "plain number type such as float32", file: file)
    }
    self.type = type
    self.isBigEndian = isBigEndian
    self.isFortranOrder = isFortranOrder
    self.shape = shape
  }

  /// The text that describes a little-endian type, or nil where numpy has none (bfloat16).
  static func description(_ type: ScalarType) -> String? {
    guard let name = names.first(where: { $0.value == type })?.key else { return nil }
    return (type.byteCount == 1 ? "|" : "<") + name
  }

  private static let names: [String: ScalarType] = [
    "f8": .float64, "f4": .float32, "f2": .float16, "i8": .int64, "i4": .int32, "i2": .int16,
    "i1": .int8, "u8": .uint64, "u4": .uint32, "u2": .uint16, "u1": .uint8, "b1": .bool,
  ]

  private static func type(_ text: String) -> (ScalarType, isBigEndian: Bool)? {
    guard let order = text.first, "<>|=".contains(order), let type = names[String(text.dropFirst())]
    else { return nil }
    // A single byte has no order; "=" is the order of the machine that wrote, which nobody knows.
    guard type.byteCount == 1 || order == "<" || order == ">" else { return nil }
    return (type, order == ">" && type.byteCount > 1)
  }
}

/// The little of Python's syntax that npy headers use.
private struct PythonLiteral {
  enum Value {
    case text(String)
    case bool(Bool)
    case tuple([Int])
    case other
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// A dictionary of texts to values that is the whole input but for space; nil for anything else.
  mutating func dictionary() -> [String: Value]? {
    guard consume("{") else { return nil }
    var members: [String: Value] = [:]
    while !consume("}") {
      guard let name = text(), consume(":"), let value = value(),
        members.updateValue(value, forKey: name) == nil
      else { return nil }
      guard consume(",") || peek == UInt8(ascii: "}") else { return nil }
    }
    skipSpace()
    return position == bytes.count ? members : nil
  }

  private mutating func value() -> Value? {
    skipSpace()
    switch peek {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return text().map { .text($0) }
    case UInt8(ascii: "("): return tuple().map { .tuple($0) }
    case UInt8(ascii: "T"): return word("True") ? .bool(true) : nil
    case UInt8(ascii: "F"): return word("False") ? .bool(false) : nil
    case UInt8(ascii: "["):
      // A structured type, which is refused by name: its end is that of the brackets.
      guard let end = bytes.lastIndex(of: UInt8(ascii: "]")) else { return nil }
      position = end + 1
      return .other
    default: return nil
    }
  }

  private mutating func tuple() -> [Int]? {
    guard consume("(") else { return nil }
    var numbers: [Int] = []
    while !consume(")") {
      skipSpace()
      let start = position
      while let digit = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
        position += 1
      }
      guard let number = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
        return nil
      }
      _ = consume("L")  // Python 2 wrote long numbers so.
      numbers.append(number)
      guard consume(",") || peek == UInt8(ascii: ")") else { return nil }
    }
    return numbers
  }

  private mutating func text() -> String? {
    skipSpace()
    guard let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      return nil
    }
    guard let end = bytes[(position + 1)...].firstIndex(of: quote) else { return nil }
    defer { position = end + 1 }
    let text = String(validating: bytes[(position + 1)..<end], as: UTF8.self)
    return text.flatMap { $0.contains("\\") ? nil : $0 }
  }

  private mutating func word(_ word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func consume(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x09 { position += 1 }
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }
}
