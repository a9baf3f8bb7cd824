// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Any JSON value, for options whose names only their method knows.
public enum JSONValue: Sendable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// A number without fraction, exact to 64 bits.
  case integer(Int)
  /// A number; one that is not finite is written as `"nan"`, `"infinity"` or `"-infinity"`.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object.
  case object([String: JSONValue])

  /// The JSON form of a value, such as a method with its options as stored properties.
  ///
  /// - Throws: ``FindingError`` where the value refuses to be encoded.
  public init(encoding value: some Encodable) throws(FindingError) {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "infinity", negativeInfinity: "-infinity", nan: "nan")
    do {
      self = try JSONDecoder().decode(JSONValue.self, from: encoder.encode(value))
    } catch {
      throw FindingError(
        code: .unencodable,
        message: "\(type(of: value)) has no JSON form; give options that are plain values",
        cause: error)
    }
  }

  /// The value under a key, where this is an object that has it.
  public subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  /// The value as compact text, keys sorted: `{"k":1,"name":"a"}`; strings alone stay unquoted.
  public var plainText: String {
    if case .string(let text) = self { return text }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Every case encodes; should the encoder refuse nonetheless, the text says so.
    guard let data = try? encoder.encode(self) else { return "(not representable)" }
    return String(decoding: data, as: UTF8.self)
  }
}

extension JSONValue: Equatable {
  /// Whether both are the same JSON: `1` and `1.0` are, and NaN is the same as NaN.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.number(let a), .number(let b)): a.isSame(as: b)
    case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)):
      Double(exactly: a) == b
    case (.string(let a), .string(let b)): a == b
    case (.string(let a), .number(let b)), (.number(let b), .string(let a)):
      // What a number that is not finite becomes on the way through JSON.
      !b.isFinite && a == (b.isNaN ? "nan" : b > 0 ? "infinity" : "-infinity")
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }
}

extension JSONValue: Codable {
  /// Reads any JSON value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // Each attempt asks "is it this kind?"; only the last may fail.
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes the value.
  public func encode(to encoder: any Encoder) throws {
    if case .number(let value) = self { return try value.encodeNumerically(to: encoder) }
    var container = encoder.singleValueContainer()
    switch self {
    case .null, .number: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An integer.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object; of equal keys the last one holds.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { _, last in last })
  }
  /// `null`
  public init(nilLiteral: ()) { self = .null }
}
