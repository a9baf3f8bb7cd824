// SPDX-License-Identifier: Apache-2.0

/// What stands beside a place in a text: a character of a word, or white space.
///
/// - Reference: `\w` and `\s` of <https://docs.rs/regex/1/regex/#perl-character-classes-unicode-friendly>
///   with the tables of Unicode 16.
enum WordBoundary {
  /// Whether the character before a place belongs to a word.
  static func hasWord(before index: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    var start = index
    repeat { start -= 1 } while start > 0 && text[start] & 0xC0 == 0x80
    return start >= 0 && isWord(scalar(at: start, in: text))
  }

  /// Whether the character at a place belongs to a word.
  static func hasWord(at index: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    index < text.count && isWord(scalar(at: index, in: text))
  }

  /// Where the white space before a place begins, not looking further than a limit.
  static func startOfSpace(
    before index: Int, in text: UnsafeBufferPointer<UInt8>, limit: Int
  ) -> Int {
    var index = index
    while index > limit {
      var start = index - 1
      while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
      guard scalar(at: start, in: text).properties.isWhitespace else { break }
      index = start
    }
    return index
  }

  /// Where the white space at a place ends.
  static func endOfSpace(at index: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
    var index = index
    while index < text.count {
      let scalar = scalar(at: index, in: text)
      guard scalar.properties.isWhitespace else { break }
      index += UTF8.width(scalar)
    }
    return index
  }

  /// Letters, marks, decimal digits, connectors and the two joiners.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        || ("0"..."9").contains(scalar) || scalar == "_"
    }
    let properties = scalar.properties
    guard let age = properties.age, age.major <= 16 else { return false }
    if properties.isAlphabetic || properties.isJoinControl { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return false
    }
  }

  /// The character that begins at a place of valid UTF-8.
  private static func scalar(
    at index: Int, in text: UnsafeBufferPointer<UInt8>
  ) -> Unicode.Scalar {
    let first = UInt32(text[index])
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard length > 1, index + length <= text.count else {
      return Unicode.Scalar(UInt8(truncatingIfNeeded: first))
    }
    var value = first & (0x7F >> UInt32(length))
    for offset in 1..<length { value = value << 6 | UInt32(text[index + offset]) & 0x3F }
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }
}
