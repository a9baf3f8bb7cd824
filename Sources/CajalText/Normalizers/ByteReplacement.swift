// SPDX-License-Identifier: Apache-2.0

/// Puts one spelling in the place of another, from left to right, byte by byte.
///
/// UTF-8 synchronizes itself: a valid pattern is found only where its characters are. Swift's own
/// replacement works on grapheme clusters and would miss a space that carries a combining mark.
struct ByteReplacement: Sendable {
  let pattern: [UInt8]
  let content: [UInt8]

  func applied(to text: [UInt8]) -> [UInt8] {
    guard let first = pattern.first else { return text }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      if text[position] == first, text[position...].starts(with: pattern) {
        result += content
        position += pattern.count
      } else {
        result.append(text[position])
        position += 1
      }
    }
    return result
  }
}

extension ByteReplacement {
  /// Reads `{"pattern": {"String": "x"}, "content": "y"}`; the type is taken already.
  init(_ fields: consuming JSONFields) throws(TextError) {
    var pattern = try JSONFields(try fields.take("pattern"), fields.path(of: "pattern"))
    self.pattern = Array(try pattern.takeString("String").utf8)
    content = Array(try fields.takeString("content").utf8)
    if self.pattern.isEmpty {
      throw TextError(.malformed, "“\(pattern.path)” is empty")
    }
    try pattern.close()
    try fields.close()
  }

  /// How many times as long a text can become.
  var growth: Int { max(1, (content.count + pattern.count - 1) / pattern.count) }

  /// Refuses chains of replacements that can lengthen a text out of all proportion.
  static func limitGrowth(_ replacements: [ByteReplacement], _ path: String) throws(TextError) {
    var growth = 1
    for replacement in replacements {
      growth *= replacement.growth
      guard growth <= 1024 else {
        throw TextError(
          .unsupported, "the replacements in “\(path)” lengthen a text more than a thousandfold")
      }
    }
  }
}
