// SPDX-License-Identifier: Apache-2.0

// MARK: - Texts
extension JSONParser {
  /// The text between two quotes.
  mutating func string() throws(TextError) -> String {
    position += 1
    let start = position
    // Most texts are short and have nothing to replace: they are found and taken over in one go.
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let content = bytes[start..<position]
        guard let text = String(validating: content, as: UTF8.self) else {
          throw broken("the text before is not UTF-8")
        }
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      guard byte >= 0x20 else { throw broken("a control character inside a text") }
      position += 1
    }
    throw broken("a text without its end")
  }

  private mutating func escapedString(from beginning: Int) throws(TextError) -> String {
    var content: [UInt8] = []
    var start = beginning
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw broken("a control character inside a text") }
      position += 1
      guard byte == UInt8(ascii: "\\") else { continue }
      content += bytes[start..<position - 1]
      content.append(contentsOf: UTF8Bytes(try escape()))
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
      let digit: UInt8
      switch next {
      case let byte? where (0x30...0x39).contains(byte): digit = byte - 0x30
      case let byte? where (0x41...0x46).contains(byte): digit = byte - 0x41 + 10
      case let byte? where (0x61...0x66).contains(byte): digit = byte - 0x61 + 10
      default: throw broken("four hexadecimal digits belong here")
      }
      value = value << 4 + UInt32(digit)
      position += 1
    }
    return value
  }
}
