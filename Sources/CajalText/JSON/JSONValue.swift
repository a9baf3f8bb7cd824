// SPDX-License-Identifier: Apache-2.0

/// A value of a JSON file, with the members of an object in the order of the file.
///
/// Foundation's reader serves objects as dictionaries of `String`, and Swift's strings are equal when
/// they are canonically equivalent: of `é` in one and in two scalars, which are two tokens, it would
/// keep one.
enum JSONValue: Sendable {
  case null
  case bool(Bool)
  /// A number written without fraction and exponent that fits 64 bits.
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])

  /// What kind of value this is, for messages.
  var name: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .integer, .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }

  var isNull: Bool {
    if case .null = self { true } else { false }
  }
}

/// A member of a JSON object.
struct JSONMember: Sendable {
  var key: String
  var value: JSONValue
}

// MARK: - What a reader expects
extension JSONValue {
  func string(_ path: String) throws(TextError) -> String {
    guard case .string(let value) = self else { throw mismatch(path, "a text") }
    return value
  }

  func bool(_ path: String) throws(TextError) -> Bool {
    guard case .bool(let value) = self else { throw mismatch(path, "true or false") }
    return value
  }

  func array(_ path: String) throws(TextError) -> [JSONValue] {
    guard case .array(let value) = self else { throw mismatch(path, "a list") }
    return value
  }

  func members(_ path: String) throws(TextError) -> [JSONMember] {
    guard case .object(let value) = self else { throw mismatch(path, "an object") }
    return value
  }

  /// A count or a position: a whole number from 0 to 2³¹ − 1.
  func count(_ path: String) throws(TextError) -> Int {
    let whole: Int? =
      switch self {
      case .integer(let value): value
      case .number(let value): Int(exactly: value)
      default: nil
      }
    guard let whole, (0...Int(Int32.max)).contains(whole) else {
      throw mismatch(path, "a whole number from 0 to \(Int32.max)")
    }
    return whole
  }

  /// Any number.
  func double(_ path: String) throws(TextError) -> Double {
    switch self {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    default: throw mismatch(path, "a number")
    }
  }

  private func mismatch(_ path: String, _ expected: String) -> TextError {
    TextError(.malformed, "“\(path)” is \(name) where \(expected) belongs")
  }
}
