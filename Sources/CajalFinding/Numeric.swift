// SPDX-License-Identifier: Apache-2.0

/// A measured value that survives JSON whatever it is.
///
/// JSON has no word for NaN and the infinities, and NaN does not equal itself. Measured numbers
/// are sometimes just that, and a finding that holds one must still be written, read and compared.
/// This wrapper writes them as the strings `"nan"`, `"infinity"` and `"-infinity"`, with any
/// encoder, and two NaNs inside it are equal.
///
///     @Numeric public var values: [[Double]]
@propertyWrapper
public struct Numeric<Value: NumericValue>: Sendable {
  /// The number, or the array of numbers.
  public var wrappedValue: Value

  /// Wraps a number, an optional number or an array of either.
  public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
}

extension Numeric: Equatable {
  /// Whether both hold the same numbers, where NaN is the same as NaN.
  public static func == (left: Numeric, right: Numeric) -> Bool {
    left.wrappedValue.isSame(as: right.wrappedValue)
  }
}

extension Numeric: Codable {
  /// Reads numbers and the three strings for those JSON cannot spell.
  public init(from decoder: any Decoder) throws {
    wrappedValue = try Value.decoded(from: decoder)
  }

  /// Writes finite numbers as numbers and the others as strings.
  public func encode(to encoder: any Encoder) throws {
    try wrappedValue.encodeNumerically(to: encoder)
  }
}

/// What ``Numeric`` can wrap: a double, an optional of it, and arrays of either.
public protocol NumericValue: Sendable {
  /// Reads the value, accepting the strings for numbers that are not finite.
  static func decoded(from decoder: any Decoder) throws -> Self
  /// Writes the value, as strings where a number is not finite.
  func encodeNumerically(to encoder: any Encoder) throws
  /// Equality under which NaN is the same as NaN.
  func isSame(as other: Self) -> Bool
}

extension Double: NumericValue {
  /// Reads a JSON number or one of `"nan"`, `"infinity"`, `"-infinity"`.
  public static func decoded(from decoder: any Decoder) throws -> Double {
    let container = try decoder.singleValueContainer()
    // A string is the other permitted form, so a failed number is no error yet.
    if let number = try? container.decode(Double.self) { return number }
    let word = try container.decode(String.self)
    switch word {
    case "nan": return .nan
    case "infinity": return .infinity
    case "-infinity": return -.infinity
    default:
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "expected a number, \"nan\", \"infinity\" or \"-infinity\"")
    }
  }

  /// Writes the number, or its word when JSON has no number for it.
  public func encodeNumerically(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if isFinite {
      try container.encode(self)
    } else {
      try container.encode(isNaN ? "nan" : self > 0 ? "infinity" : "-infinity")
    }
  }

  /// Equality under which NaN is the same as NaN.
  public func isSame(as other: Double) -> Bool { self == other || (isNaN && other.isNaN) }
}

extension Optional: NumericValue where Wrapped: NumericValue {
  /// Reads `null` as nil.
  public static func decoded(from decoder: any Decoder) throws -> Wrapped? {
    if try decoder.singleValueContainer().decodeNil() { return nil }
    return try Wrapped.decoded(from: decoder)
  }

  /// Writes nil as `null`.
  public func encodeNumerically(to encoder: any Encoder) throws {
    guard let value = self else {
      var container = encoder.singleValueContainer()
      return try container.encodeNil()
    }
    try value.encodeNumerically(to: encoder)
  }

  /// Equality under which nil equals nil and NaN equals NaN.
  public func isSame(as other: Wrapped?) -> Bool {
    switch (self, other) {
    case (nil, nil): true
    case (let left?, let right?): left.isSame(as: right)
    default: false
    }
  }
}

extension Array: NumericValue where Element: NumericValue {
  /// Reads an array element by element.
  public static func decoded(from decoder: any Decoder) throws -> [Element] {
    let container = try decoder.singleValueContainer()
    // Nearly all arrays are finite, and those are read ten times faster as what they are.
    if Element.self == Double.self, let numbers = try? container.decode([Double].self),
      let elements = numbers as? [Element]
    {
      return elements
    }
    return try container.decode([Numeric<Element>].self).map(\.wrappedValue)
  }

  /// Writes an array element by element.
  public func encodeNumerically(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let numbers = self as? [Double], numbers.allSatisfy(\.isFinite) {
      return try container.encode(numbers)
    }
    try container.encode(map(Numeric.init(wrappedValue:)))
  }

  /// Equality element by element.
  public func isSame(as other: [Element]) -> Bool {
    count == other.count && zip(self, other).allSatisfy { $0.isSame(as: $1) }
  }
}

// Synthesised Codable asks for these when a wrapped property is optional: an absent key is nil,
// and nil writes no key.
extension KeyedDecodingContainer {
  func decode<Value>(
    _ type: Numeric<Value?>.Type, forKey key: Key
  ) throws -> Numeric<Value?> {
    try decodeIfPresent(type, forKey: key) ?? Numeric(wrappedValue: nil)
  }
}

extension KeyedEncodingContainer {
  mutating func encode<Value>(_ value: Numeric<Value?>, forKey key: Key) throws {
    guard let wrapped = value.wrappedValue else { return }
    try encode(Numeric<Value>(wrappedValue: wrapped), forKey: key)
  }
}
