// SPDX-License-Identifier: Apache-2.0

/// A value of a configuration file, as JSON writes it.
///
/// Whole numbers and other numbers are kept apart as they are written: `1` is an integer, `1.0` a
/// number. A whole number too large for `Int` is a number.
public enum ConfigurationValue: Sendable, Equatable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// A number written without point and exponent.
  case integer(Int)
  /// Any other number; infinite and not-a-number as Python writes them.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([ConfigurationValue])
  /// Named values; names are unique.
  case object([String: ConfigurationValue])

  /// What kind of value this is, in words for messages.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .integer: "a whole number"
    case .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// Whether both mean the same, `1` and `1.0` included.
  public func matches(_ other: ConfigurationValue) -> Bool {
    switch (self, other) {
    case (.integer(let left), .number(let right)), (.number(let right), .integer(let left)):
      Double(left) == right
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.matches($1) }
    case (.object(let left), .object(let right)):
      left.count == right.count
        && left.allSatisfy { name, value in right[name].map { value.matches($0) } ?? false }
    default: self == other
    }
  }
}

// MARK: - Literals

extension ConfigurationValue: ExpressibleByNilLiteral {
  /// `null`
  public init(nilLiteral: ()) { self = .null }
}

extension ConfigurationValue: ExpressibleByBooleanLiteral {
  /// `true` or `false`
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension ConfigurationValue: ExpressibleByIntegerLiteral {
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
}

extension ConfigurationValue: ExpressibleByFloatLiteral {
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
}

extension ConfigurationValue: ExpressibleByStringLiteral {
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
}

extension ConfigurationValue: ExpressibleByArrayLiteral {
  /// A list.
  public init(arrayLiteral elements: ConfigurationValue...) { self = .array(elements) }
}

extension ConfigurationValue: ExpressibleByDictionaryLiteral {
  /// An object; the last of equal names wins.
  public init(dictionaryLiteral elements: (String, ConfigurationValue)...) {
    self = .object(Dictionary(elements) { _, last in last })
  }
}
