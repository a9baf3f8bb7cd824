// SPDX-License-Identifier: Apache-2.0

/// The escapes inside strings, as Jinja resolves them: by Python's `unicode-escape`, after all that is
/// not ASCII has become an escape itself.
struct StringEscapes {
  private let source: [Unicode.Scalar]
  private let line: Int
  private var position = 0
  private var result: [Unicode.Scalar] = []

  static func resolved(
    _ content: ArraySlice<Unicode.Scalar>, line: Int
  ) throws(TextError) -> [Unicode.Scalar] {
    guard content.contains("\\") else { return Array(content) }
    var escapes = StringEscapes(source: Self.spelledOut(content), line: line)
    while escapes.position < escapes.source.count { try escapes.step() }
    return escapes.result
  }

  private init(source: [Unicode.Scalar], line: Int) {
    self.source = source
    self.line = line
  }

  /// A backslash before a character beyond ASCII escapes the backslash of that character's escape.
  private static func spelledOut(_ content: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var isEscaped = false
    for scalar in content {
      if isEscaped, !scalar.isASCII {
        let digits = String(scalar.value, radix: 16)
        let (letter, width) =
          scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        result += "\\\(letter)".unicodeScalars
        result += String(repeating: "0", count: width - digits.count).unicodeScalars
        result += digits.unicodeScalars
      } else {
        result.append(scalar)
      }
      isEscaped = scalar == "\\" && !isEscaped
    }
    return result
  }

  private mutating func step() throws(TextError) {
    let scalar = source[position]
    position += 1
    guard scalar == "\\" else { return result.append(scalar) }
    guard position < source.count else { throw .syntax("\\ at end of string", line: line) }
    let escape = source[position]
    position += 1
    switch escape {
    case "\n": break
    case "\\", "'", "\"": result.append(escape)
    case "a": result.append("\u{7}")
    case "b": result.append("\u{8}")
    case "f": result.append("\u{C}")
    case "n": result.append("\n")
    case "r": result.append("\r")
    case "t": result.append("\t")
    case "v": result.append("\u{B}")
    case "0"..."7": appendOctal(escape)
    case "x": try appendHexadecimal(2, "truncated \\xXX escape")
    case "u": try appendHexadecimal(4, "truncated \\uXXXX escape")
    case "U": try appendHexadecimal(8, "truncated \\UXXXXXXXX escape")
    case "N": throw .unsupported("a character by its name, \\N (line \(line))")
    default: result += ["\\", escape]
    }
  }

  private mutating func appendOctal(_ first: Unicode.Scalar) {
    var value = first.value - 0x30
    for _ in 0..<2 {
      guard position < source.count, ("0"..."7").contains(source[position]) else { break }
      value = value * 8 + source[position].value - 0x30
      position += 1
    }
    // At most 0o777, which is a scalar.
    result.append(Unicode.Scalar(value) ?? "\u{FFFD}")
  }

  private mutating func appendHexadecimal(_ width: Int, _ reason: String) throws(TextError) {
    var value: UInt32 = 0
    for _ in 0..<width {
      guard position < source.count, source[position].isASCII,
        let digit = Character(source[position]).hexDigitValue
      else { throw .syntax(reason, line: line) }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    guard value <= 0x10FFFF else { throw .syntax("illegal Unicode character", line: line) }
    guard let scalar = Unicode.Scalar(value) else {
      throw .unsupported("half a surrogate pair in a string (line \(line))")
    }
    result.append(scalar)
  }
}
