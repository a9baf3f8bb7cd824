// SPDX-License-Identifier: Apache-2.0

/// A value of a GGUF file's metadata, decoded when it is asked for.
///
/// The accessors answer nil for values of another kind, so that a file that gives a text where a
/// number belongs is the caller's to refuse.
public struct GGUFValue: Sendable {
  /// The type as the format names it.
  public let type: GGUFValueType
  private let content: Content

  private enum Content: Sendable {
    case plain(ByteRegion)
    case array(GGUFArray)
  }

  /// Fewest bytes of a key with its value: an empty key, a type, and one byte.
  static let fewestBytes = 13
  private static let mostNestedArrays = 8

  /// Steps over a type and a value.
  init(_ cursor: inout GGUFCursor, of key: String) throws(CheckpointError) {
    let type = try Self.type(&cursor, of: key)
    try self.init(&cursor, type, of: key, depth: 0)
  }

  private init(
    _ cursor: inout GGUFCursor, _ type: GGUFValueType, of key: String, depth: Int
  ) throws(CheckpointError) {
    self.type = type
    switch type {
    case .string: content = .plain(try cursor.string("the value of \(key.quoted)"))
    case .array: content = .array(try Self.array(&cursor, of: key, depth: depth))
    default: content = .plain(try cursor.take(type.byteCount, "the value of \(key.quoted)"))
    }
  }

  private static func type(
    _ cursor: inout GGUFCursor, of key: String
  ) throws(CheckpointError) -> GGUFValueType {
    let start = cursor.position
    let number = try cursor.integer(UInt32.self, "the type of \(key.quoted)")
    guard let type = GGUFValueType(rawValue: number) else {
      throw cursor.malformed(
        "has a value of type \(number) for \(key.quoted), which the format does not have", at: start
      )
    }
    return type
  }

  private static func array(
    _ cursor: inout GGUFCursor, of key: String, depth: Int
  ) throws(CheckpointError) -> GGUFArray {
    let start = cursor.position
    guard depth < mostNestedArrays else {
      throw cursor.malformed(
        "nests arrays of \(key.quoted) deeper than \(mostNestedArrays) levels", at: start)
    }
    let type = try Self.type(&cursor, of: key)
    let count = try cursor.count(
      "the number of elements of \(key.quoted)", unit: max(type.byteCount, 1))
    switch type {
    case .string:
      let strings = try cursor.strings(count, of: key)
      return GGUFArray(elementType: type, count: count, region: strings, nested: [])
    case .array:
      var nested: [GGUFValue] = []
      for _ in 0..<count {
        nested.append(try GGUFValue(&cursor, .array, of: key, depth: depth + 1))
      }
      let empty = try cursor.take(0, key)
      return GGUFArray(elementType: type, count: count, region: empty, nested: nested)
    default:
      let numbers = try cursor.take(count * type.byteCount, "the elements of \(key.quoted)")
      return GGUFArray(elementType: type, count: count, region: numbers, nested: [])
    }
  }
}

extension GGUFValue {
  /// A whole number of any width that `Int` can hold; not a truth value.
  public var integer: Int? {
    guard case .plain(let region) = content else { return nil }
    return GGUFArray(elementType: type, count: 1, region: region, nested: []).integers?.first
  }

  /// A whole or a broken number.
  public var number: Double? {
    guard case .plain(let region) = content else { return nil }
    return GGUFArray(elementType: type, count: 1, region: region, nested: []).numbers?.first
  }

  /// A truth value.
  public var bool: Bool? {
    guard type == .bool, case .plain(let region) = content else { return nil }
    return region.integer(UInt8.self, at: 0) != 0
  }

  /// The bytes of a text, whether or not they are UTF-8.
  public var bytes: [UInt8]? {
    guard type == .string, case .plain(let region) = content else { return nil }
    return region.bytes
  }

  /// A text; nil also where its bytes are not UTF-8.
  public var string: String? {
    bytes.flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// An array.
  public var array: GGUFArray? {
    if case .array(let array) = content { array } else { nil }
  }
}

/// The types of values in a GGUF file's metadata, with the numbers they have there.
public enum GGUFValueType: UInt32, Sendable, Hashable, CaseIterable {
  /// A whole number of 8 bits without sign.
  case uint8 = 0
  /// A whole number of 8 bits.
  case int8
  /// A whole number of 16 bits without sign.
  case uint16
  /// A whole number of 16 bits.
  case int16
  /// A whole number of 32 bits without sign.
  case uint32
  /// A whole number of 32 bits.
  case int32
  /// A broken number of 32 bits.
  case float32
  /// True or false, in a byte.
  case bool
  /// A text: a length of 64 bits and bytes.
  case string
  /// An array: a type, a count of 64 bits and the elements.
  case array
  /// A whole number of 64 bits without sign.
  case uint64
  /// A whole number of 64 bits.
  case int64
  /// A broken number of 64 bits.
  case float64

  /// The bytes of a value; of a text and of an array the fewest.
  var byteCount: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .string: 8
    case .array: 12
    }
  }
}
