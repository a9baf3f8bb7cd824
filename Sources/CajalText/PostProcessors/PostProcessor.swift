// SPDX-License-Identifier: Apache-2.0

/// What happens to the tokens of a text at the end: marks around it, offsets trimmed.
struct PostProcessor: Sendable {
  /// The tokens around a text.
  let template: SequenceTemplate

  /// Reads the member `post_processor`.
  init(_ value: JSONValue, _ vocabulary: Vocabulary) throws(TextError) {
    template = try SequenceTemplate(value, vocabulary)
  }

  /// Changes the tokens of a text; without offsets only the ids.
  func apply(to ids: inout [Int], _ offsets: inout Offsets?, addSpecialTokens: Bool) {
    guard addSpecialTokens else { return }
    ids = template.before + ids + template.after
    if let old = offsets {
      offsets = Offsets(
        template.before.map { _ in ByteSpan(0, 0) } + old.spans
          + template.after.map { _ in ByteSpan(0, 0) })
    }
  }
}
