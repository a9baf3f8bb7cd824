// SPDX-License-Identifier: Apache-2.0

/// Reads JSON strictly (RFC 8259): UTF-8, no name twice in an object, limited depth.
///
/// Errors name the byte where the file breaks its format. Nesting deeper than ``depthLimit`` is
/// refused, so that no file can exhaust the stack.
struct JSONParser {
  /// How deep lists and objects may nest; tokenizer files need about eight.
  static let depthLimit = 64

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The value that a whole file holds.
  static func parse(_ bytes: [UInt8]) throws(TextError) -> JSONValue {
    var parser = JSONParser(bytes)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.broken("something follows the value") }
    return value
  }

  private func broken(_ reason: String) -> TextError {
    TextError(.malformed, "not JSON at byte \(position): \(reason)")
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  /// Steps over a byte if it comes next.
  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(TextError) -> JSONValue {
    skipSpace()
    switch next {
    case nil: throw broken("the file ends early")
    case UInt8(ascii: "{"): return try nested { parser throws(TextError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { parser throws(TextError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(
    _ read: (inout JSONParser) throws(TextError) -> JSONValue
  ) throws(TextError) -> JSONValue {
    guard depth < Self.depthLimit else { throw broken("nested deeper than \(Self.depthLimit)") }
    depth += 1
    position += 1
    defer { depth -= 1 }
    return try read(&self)
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
    repeat {
      elements.append(try value())
      skipSpace()
    } while skip(",")
    guard skip("]") else { throw broken("a list without its end") }
    return .array(elements)
  }

  private mutating func object() throws(TextError) -> JSONValue {
    var members: [JSONMember] = []
    var keys: Set<[UInt8]> = []
    skipSpace()
    if skip("}") { return .object(members) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw broken("a name in quotes belongs here") }
      let key = try string()
      guard keys.insert(Array(key.utf8)).inserted else {
        throw broken("the name “\(VisibleText.excerpt(key))” comes twice")
      }
      skipSpace()
      guard skip(":") else { throw broken("a colon belongs here") }
      members.append(JSONMember(key: key, value: try value()))
      skipSpace()
    } while skip(",")
    guard skip("}") else { throw broken("an object without its end") }
    return .object(members)
  }
}

// MARK: - Texts and numbers
extension JSONParser {
  private mutating func string() throws(TextError) -> String {
    position += 1
    var content: [UInt8] = []
    var start = position
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw broken("a control character inside a text") }
      position += 1
      guard byte == UInt8(ascii: "\\") else { continue }
      content += bytes[start..<position - 1]
      content += String(Character(try escape())).utf8
      start = position
    }
    content += bytes[start..<position]
    guard skip("\"") else { throw broken("a text without its end") }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw broken("the text before is not UTF-8")
    }
    return text
  }

  /// What stands behind a backslash.
  private mutating func escape() throws(TextError) -> Unicode.Scalar {
    guard let byte = next else { throw broken("the file ends early") }
    position += 1
    switch Unicode.Scalar(byte) {
    case "\"": return "\""
    case "\\": return "\\"
    case "/": return "/"
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u": break
    default: throw broken("an unknown escape")
    }
    let unit = try hexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard unit < 0xDC00, skip("\\"), skip("u") else { throw broken("half a surrogate pair") }
    let low = try hexadecimal()
    guard (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    else { throw broken("half a surrogate pair") }
    return scalar
  }

  /// Four hexadecimal digits.
  private mutating func hexadecimal() throws(TextError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw broken("four hexadecimal digits belong here")
      }
      value = value << 4 + UInt32(digit)
      position += 1
    }
    return value
  }

  private mutating func number() throws(TextError) -> JSONValue {
    let start = position
    _ = skip("-")
    if !skip("0") { try digits() }
    if skip(".") { try digits() }
    if skip("e") || skip("E") {
      if !skip("+") { _ = skip("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let whole = Int(text) { return .integer(whole) }
    guard let value = Double(text), value.isFinite else {
      throw broken("a number that is out of range")
    }
    return .number(value)
  }

  private mutating func digits() throws(TextError) {
    let start = position
    while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
    guard position > start else { throw broken("an unknown value") }
  }
}
