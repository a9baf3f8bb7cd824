// SPDX-License-Identifier: Apache-2.0
@testable import CajalText

extension FuzzTarget {
  /// A pattern, and behind a zero byte a text. Both engines find the same.
  static let pattern = FuzzTarget("pattern") { input in
    let (source, text) = TwoParts.of(input)
    let pattern = String(decoding: source, as: UTF8.self)
    let bytes = Array(String(decoding: text, as: UTF8.self).utf8)
    for syntax in [PatternSyntax.oniguruma, .fancyRegex] {
      guard let own = matches(of: pattern, syntax, .automatic, in: bytes),
        let other = matches(of: pattern, syntax, .pcreOnly, in: bytes)
      else { continue }
      Property.hold(own == other, "\(own) by a table, \(other) by PCRE2")
      for (before, after) in zip(own, own.dropFirst()) {
        Property.hold(before.upperBound <= after.lowerBound, "\(after) overlaps \(before)")
      }
      Property.hold((own.last?.upperBound ?? 0) <= bytes.count, "a match ends behind the text")
    }
  }

  /// Nothing where the pattern is refused, at once or after too much work.
  private static func matches(
    of pattern: String, _ syntax: PatternSyntax, _ engine: Pattern.EngineChoice, in bytes: [UInt8]
  ) -> [Range<Int>]? {
    guard let pattern = try? Pattern(pattern, syntax: syntax, engine: engine) else { return nil }
    var found: [Range<Int>] = []
    do throws(TextError) {
      try bytes.withUnsafeBufferPointer { bytes throws(TextError) in
        try pattern.matches(in: bytes) { found.append($0) }
      }
    } catch {
      return nil
    }
    return found
  }
}
