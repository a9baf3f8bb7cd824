// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Reads JSON strictly: one value, no duplicate names, no trailing commas, bounded depth.
///
/// Two extensions of Python's `json.dumps` are accepted where the limits allow: `NaN` and
/// `Infinity`. Everything else RFC 8259 does not know is refused with line and column. No part
/// recurses deeper than ``Limits/depth``, so that a file that nests 200 000 deep is refused like
/// any other.
///
/// Cost: one pass; memory in proportion to the number of values, which is bounded.
public struct ConfigurationReader: Sendable {
  /// What a document may be at most.
  public struct Limits: Sendable {
    /// Levels of lists and objects.
    public var depth: Int
    /// Bytes of the whole document.
    public var bytes: Int
    /// Values of all kinds together.
    public var values: Int
    /// Whether `NaN`, `Infinity` and `-Infinity` are numbers.
    public var acceptsNonFinite: Bool

    /// Limits for a configuration a person could have written.
    public init(
      depth: Int = 256, bytes: Int = 16 << 20, values: Int = 2_000_000,
      acceptsNonFinite: Bool = true
    ) {
      self.depth = depth
      self.bytes = bytes
      self.values = values
      self.acceptsNonFinite = acceptsNonFinite
    }
  }

  private let bytes: [UInt8]
  private let file: String?
  private let limits: Limits
  private var position = 0
  private var values = 0

  private init(_ bytes: [UInt8], file: String?, limits: Limits) {
    self.bytes = bytes
    self.file = file
    self.limits = limits
  }

  /// Reads a whole document.
  ///
  /// - Throws: `malformed` with line and column, where the bytes are not strict JSON or pass a
  ///   limit.
  public static func read(
    _ bytes: [UInt8], file: String? = nil, limits: Limits = Limits()
  ) throws(CheckpointError) -> ConfigurationValue {
    guard bytes.count <= limits.bytes else {
      throw CheckpointError(
        .unsupported, "is JSON of \(bytes.count) bytes; at most \(limits.bytes) are read",
        file: file)
    }
    var reader = ConfigurationReader(bytes, file: file, limits: limits)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.position == bytes.count else {
      throw reader.error("more after the end of the value")
    }
    return value
  }

  /// Reads a file that must hold one JSON object.
  public static func readObject(
    path: String, limits: Limits = Limits()
  ) throws(CheckpointError) -> [String: ConfigurationValue] {
    let region = ByteRegion(try ByteStore(mapping: path, named: path))
    try region.refuseLargeFilePointer()
    guard region.count <= limits.bytes else {
      throw CheckpointError(
        .unsupported, "is JSON of \(region.count) bytes; at most \(limits.bytes) are read",
        file: path)
    }
    guard case .object(let members) = try read(region.bytes, file: path, limits: limits) else {
      throw CheckpointError(
        .malformed, "is JSON but not an object; name a configuration file", file: path)
    }
    return members
  }
}

// MARK: - Values

extension ConfigurationReader {
  private mutating func value(depth: Int) throws(CheckpointError) -> ConfigurationValue {
    guard depth <= limits.depth else { throw error("more than \(limits.depth) levels of nesting") }
    values += 1
    guard values <= limits.values else { throw error("more than \(limits.values) values") }
    skipSpace()
    guard let first = peek else { throw error("the end where a value should be") }
    switch first {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N") where limits.acceptsNonFinite: return try word("NaN", .number(.nan))
    case UInt8(ascii: "I") where limits.acceptsNonFinite:
      return try word("Infinity", .number(.infinity))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("\(shown(first)) where a value should be")
    }
  }

  private mutating func object(depth: Int) throws(CheckpointError) -> ConfigurationValue {
    position += 1
    var members: [String: ConfigurationValue] = [:]
    skipSpace()
    if consume(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw error("no name in quotes where one should be") }
      let name = try string()
      skipSpace()
      guard consume(UInt8(ascii: ":")) else { throw error("no ':' after the name \(name.quoted)") }
      let member = try value(depth: depth + 1)
      guard members.updateValue(member, forKey: name) == nil else {
        throw error("the name \(name.quoted) twice in one object")
      }
      skipSpace()
      if consume(UInt8(ascii: "}")) { return .object(members) }
      guard consume(UInt8(ascii: ",")) else { throw error("no ',' or '}' in an object") }
    }
  }

  private mutating func array(depth: Int) throws(CheckpointError) -> ConfigurationValue {
    position += 1
    var elements: [ConfigurationValue] = []
    skipSpace()
    if consume(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if consume(UInt8(ascii: "]")) { return .array(elements) }
      guard consume(UInt8(ascii: ",")) else { throw error("no ',' or ']' in a list") }
    }
  }

  private mutating func word(
    _ word: String, _ value: ConfigurationValue
  ) throws(CheckpointError) -> ConfigurationValue {
    for byte in word.utf8 {
      guard consume(byte) else { throw error("a word that is not '\(word)'") }
    }
    return value
  }

  private mutating func number() throws(CheckpointError) -> ConfigurationValue {
    let start = position
    let negative = consume(UInt8(ascii: "-"))
    if negative, limits.acceptsNonFinite, peek == UInt8(ascii: "I") {
      return try word("Infinity", .number(-.infinity))
    }
    let leadingZero = peek == UInt8(ascii: "0")
    let digits = skipDigits()
    guard digits > 0 else { throw error("a number without digits") }
    guard !leadingZero || digits == 1 else { throw error("a number that begins with 0") }
    var isWhole = true
    if consume(UInt8(ascii: ".")) {
      isWhole = false
      guard skipDigits() > 0 else { throw error("a number without digits after the point") }
    }
    if consume(UInt8(ascii: "e")) || consume(UInt8(ascii: "E")) {
      isWhole = false
      if !consume(UInt8(ascii: "+")) { _ = consume(UInt8(ascii: "-")) }
      guard skipDigits() > 0 else { throw error("a number without digits in the exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let value = Int(text) { return .integer(value) }
    guard text.utf8.count <= 1024, let value = Double(text), value.isFinite else {
      throw error("a number that no double can hold")
    }
    return .number(value)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position - start
  }
}

// MARK: - Texts

extension ConfigurationReader {
  private mutating func string() throws(CheckpointError) -> String {
    position += 1
    var start = position
    var text: [UInt8] = []
    while true {
      guard let byte = peek else { throw error("the end inside a text") }
      switch byte {
      case UInt8(ascii: "\""):
        text += bytes[start..<position]
        guard let string = String(validating: text, as: UTF8.self) else {
          throw error("a text that is not UTF-8")
        }
        position += 1
        return string
      case UInt8(ascii: "\\"):
        text += bytes[start..<position]
        position += 1
        text += try escape().utf8
        start = position
      case 0..<0x20: throw error("the control character \(shown(byte)) in a text")
      default: position += 1
      }
    }
  }

  private mutating func escape() throws(CheckpointError) -> String {
    guard let byte = peek else { throw error("the end inside a text") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw error("the unknown escape '\\' with \(shown(byte))")
    }
  }

  private mutating func unicodeEscape() throws(CheckpointError) -> String {
    var units = [try fourDigits()]
    if UTF16.isLeadSurrogate(units[0]) {
      guard consume(UInt8(ascii: "\\")), consume(UInt8(ascii: "u")) else {
        throw error("half of a surrogate pair")
      }
      units.append(try fourDigits())
    }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw error("half of a surrogate pair")
    }
    return text
  }

  private mutating func fourDigits() throws(CheckpointError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("an escape without four digits")
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }
}

// MARK: - Bytes

extension ConfigurationReader {
  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func consume(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  private func shown(_ byte: UInt8) -> String {
    byte > 0x20 && byte < 0x7f ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
  }

  private func error(_ found: String) -> CheckpointError {
    let before = bytes.prefix(position)
    let line = before.count { $0 == 0x0a } + 1
    let lineStart = (before.lastIndex(of: 0x0a) ?? -1) + 1
    return CheckpointError(
      .malformed,
      "is not valid JSON: line \(line), column \(position - lineStart + 1) has \(found); repair it "
        + "or download the file again", file: file)
  }
}
