// SPDX-License-Identifier: Apache-2.0

/// Reads JSON strictly (RFC 8259): UTF-8, no name twice in an object, limited depth.
///
/// Errors name the byte where the file breaks its format. Nesting deeper than ``depthLimit`` is
/// refused, so that no file can exhaust the stack. A name that comes twice is refused, where other
/// readers silently keep one of two pieces that claim the same place.
struct JSONParser {
  /// How deep lists and objects may nest; tokenizer files need about eight.
  static let depthLimit = 64

  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0
  private var depth = 0
  private var names = NameSet()

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// The value that a whole file holds.
  static func parse(_ bytes: [UInt8]) throws(TextError) -> JSONValue {
    try bytes.withUnsafeBufferPointer { bytes throws(TextError) in
      var parser = JSONParser(bytes)
      let value = try parser.value()
      parser.skipSpace()
      guard parser.position == bytes.count else {
        throw parser.broken("something follows the value")
      }
      return value
    }
  }

  func broken(_ reason: String) -> TextError {
    TextError(.malformed, "not JSON at byte \(position): \(reason)")
  }

  @inline(__always)
  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  @inline(__always)
  private mutating func skipSpace() {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      position += 1
    }
  }

  /// Steps over a byte if it comes next.
  @inline(__always)
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(TextError) -> JSONValue {
    skipSpace()
    switch next {
    case nil: throw broken("the file ends early")
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"):
      try enter()
      defer { depth -= 1 }
      return try object()
    case UInt8(ascii: "["):
      try enter()
      defer { depth -= 1 }
      return try array()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func enter() throws(TextError) {
    guard depth < Self.depthLimit else { throw broken("nested deeper than \(Self.depthLimit)") }
    depth += 1
    position += 1
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(TextError)
    -> JSONValue
  {
    let end = position + word.utf8CodeUnitCount
    let matches = word.withUTF8Buffer {
      end <= bytes.count && bytes[position..<end].elementsEqual($0)
    }
    guard matches else { throw broken("an unknown word") }
    position = end
    return value
  }
}

// MARK: - Lists and objects
extension JSONParser {
  private mutating func array() throws(TextError) -> JSONValue {
    var elements: [JSONValue] = []
    skipSpace()
    if skip("]") { return .array(elements) }
    elements.reserveCapacity(2)
    repeat {
      elements.append(try value())
      skipSpace()
    } while skip(",")
    guard skip("]") else { throw broken("a list without its end") }
    return .array(elements)
  }

  private mutating func object() throws(TextError) -> JSONValue {
    var members: [JSONMember] = []
    skipSpace()
    if skip("}") { return .object(members) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw broken("a name in quotes belongs here") }
      let key = try string()
      if members.count < NameSet.small, members.contains(where: { NameSet.areSame($0.key, key) }) {
        throw repeated(key)
      }
      skipSpace()
      guard skip(":") else { throw broken("a colon belongs here") }
      members.append(JSONMember(key: key, value: try value()))
      skipSpace()
    } while skip(",")
    guard skip("}") else { throw broken("an object without its end") }
    if members.count > NameSet.small, let key = names.firstRepeated(members) { throw repeated(key) }
    return .object(members)
  }

  private func repeated(_ key: String) -> TextError {
    broken("the name “\(VisibleText.excerpt(key))” comes twice")
  }
}

/// Finds names that come twice in an object.
private struct NameSet {
  /// Up to so many names are compared with each other.
  static let small = 8
  private let hash = ByteHash()

  /// Byte by byte: Swift takes canonically equivalent names for equal.
  static func areSame(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
  }

  /// The first name that stood before.
  func firstRepeated(_ members: [JSONMember]) -> String? {
    var capacity = 16
    while capacity < 2 * members.count { capacity *= 2 }
    // The upper half of the hash, and below it the place plus one.
    var slots = [UInt64](repeating: 0, count: capacity)
    for (place, member) in members.enumerated() {
      var key = member.key
      let hash = key.withUTF8 { self.hash($0) }
      var slot = Int(truncatingIfNeeded: hash) & (capacity - 1)
      while slots[slot] != 0 {
        let other = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
        if slots[slot] >> 32 == hash >> 32, Self.areSame(members[other].key, member.key) {
          return member.key
        }
        slot = (slot + 1) & (capacity - 1)
      }
      slots[slot] = (hash >> 32) << 32 | UInt64(place + 1)
    }
    return nil
  }
}
