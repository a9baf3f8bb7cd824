// SPDX-License-Identifier: Apache-2.0

/// Tokens as a model makes them.
struct TokenRun {
  /// Their numbers.
  var ids: [Int] = []
  /// For each its span in the text the model read; none when nobody wants them.
  var spans: [ByteSpan] = []
  /// How some are spelled, where it is not as in the vocabulary; only beside spans.
  var spellings = Spellings()
  /// Whether spans are kept.
  let wantsSpans: Bool

  init(wantsSpans: Bool) { self.wantsSpans = wantsSpans }

  mutating func append(_ id: Int, _ span: @autoclosure () -> ByteSpan) {
    ids.append(id)
    if wantsSpans { spans.append(span()) }
  }
}

/// Turns pieces of text into tokens.
protocol TokenModel: Sendable {
  /// The pieces, and the added tokens once these are registered.
  var vocabulary: Vocabulary { get set }
  /// What this is, for people: `BPE with byte fallback`.
  var kind: String { get }
  /// The token for text that no piece writes, where it is shown as that text.
  var unknownSpelledAsText: Int? { get }
  /// Appends the tokens of all pieces, in order.
  func encode(_ tokens: borrowing PreTokens, into run: inout TokenRun) throws(TextError)
}

extension TokenModel {
  /// None: an unknown token is shown as itself.
  var unknownSpelledAsText: Int? { nil }
}
