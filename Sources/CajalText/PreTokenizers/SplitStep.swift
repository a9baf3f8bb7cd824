// SPDX-License-Identifier: Apache-2.0

/// Cuts pieces at the matches of a pattern; the pattern sees nothing beyond the piece.
///
/// Besides `Split` these are `WhitespaceSplit`, `Whitespace`, `Punctuation`, `Digits` and
/// `CharDelimiterSplit`, and in two steps `BertPreTokenizer`.
///
/// - Reference: `pre_tokenizers/` of <https://github.com/huggingface/tokenizers>.
struct SplitStep: PreTokenizationStep {
  let pattern: Pattern
  let behavior: SplitBehavior
  /// Whether what lies between matches counts as delimiter, and not the matches.
  var isInverted = false

  func apply(to tokens: inout PreTokens) throws(TextError) {
    let capacity = max(tokens.pieces.count, tokens.text.bytes.count / 6)
    var cutter = PieceCutter(behavior, isInverted: isInverted, capacity: capacity)
    let pieces = tokens.pieces
    try tokens.text.bytes.withUnsafeBufferPointer { bytes throws(TextError) in
      try pattern.matches(in: bytes, spans: pieces, &cutter)
    }
    tokens.pieces = cutter.pieces
  }
}

extension SplitStep {
  /// The pattern of GPT-2.
  ///
  /// - Source: `encoder.py` of <https://github.com/openai/gpt-2>.
  static let words =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  /// What the reference takes for punctuation: of Unicode 8 only, and ASCII's symbols too.
  static let punctuation: ScalarSet = {
    let categories: Set<Unicode.GeneralCategory> = [
      .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation,
    ]
    return ScalarProperties.scalars(of: categories, version: ScalarProperties.version(8, 0))
      .union(ScalarSet([0x21..<0x30, 0x3A..<0x41, 0x5B..<0x61, 0x7B..<0x7F]))
      .union(ScalarSet("\u{166D}", "\u{111C9}"))  // They have left the category since.
  }()

  /// What the reference takes for digits: numbers of Unicode 17.
  static let numbers = ScalarProperties.numbers
    .union(ScalarSet([0x1_1DE0..<0x1_1DEA, 0x1_6FF4..<0x1_6FF7]))

  /// Cuts out every scalar of a set.
  init(_ set: ScalarSet, _ behavior: SplitBehavior) throws(TextError) {
    self.init(pattern: try Pattern(set), behavior: behavior)
  }
}
