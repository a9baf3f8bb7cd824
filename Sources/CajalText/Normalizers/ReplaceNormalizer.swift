// SPDX-License-Identifier: Apache-2.0

/// `Replace`: some text in the place of every occurrence of a spelling or a pattern.
///
/// What is put there stands for the last character that was replaced; so the reference has it.
struct ReplaceNormalizer: NormalizationStep {
  /// What is looked for.
  enum Target: Sendable {
    case spelling([UInt8])
    case pattern(Pattern)
  }

  let target: Target
  let content: [UInt8]

  /// How many times as long a text can become; a pattern may match nothing at all, before and behind
  /// every character.
  var growth: Int {
    switch target {
    case .spelling(let spelling) where !spelling.isEmpty:
      max(1, (content.count + spelling.count - 1) / spelling.count)
    default: 2 * content.count + 1
    }
  }

  func apply(to text: inout AlignedText) throws(TextError) {
    if text.bytes.isEmpty { return }
    switch target {
    case .spelling(let spelling): replace(spelling, in: &text)
    case .pattern(let pattern):
      try text.rewrite { text throws(TextError) in
        let old = text.old
        try old.withUnsafeBufferPointer { bytes throws(TextError) in
          try pattern.matches(in: bytes) { match in
            text.keep(match.lowerBound - text.position)
            put(in: match, &text)
          }
        }
      }
    }
  }

  private func put(in match: Range<Int>, _ text: inout Rewriting) {
    text.drop(match.count)
    if !content.isEmpty { text.put(content, replacing: 0) }
  }

  private func replace(_ spelling: [UInt8], in text: inout AlignedText) {
    text.rewrite { text in
      let old = text.old
      old.withUnsafeBufferPointer { bytes in
        guard let first = spelling.first else { return putEverywhere(bytes, &text) }
        var position = 0
        while position + spelling.count <= bytes.count {
          guard bytes[position] == first,
            bytes[position..<position + spelling.count].elementsEqual(spelling)
          else {
            position += 1
            continue
          }
          text.keep(position - text.position)
          position += spelling.count
          put(in: position - spelling.count..<position, &text)
        }
      }
    }
  }

  /// The empty spelling stands before every character and at the end.
  private func putEverywhere(_ bytes: UnsafeBufferPointer<UInt8>, _ text: inout Rewriting) {
    while text.position < bytes.count {
      put(in: text.position..<text.position, &text)
      text.keep(lengthOfScalar(beginningWith: bytes[text.position]))
    }
    put(in: text.position..<text.position, &text)
  }
}
