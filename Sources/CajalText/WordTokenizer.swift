// SPDX-License-Identifier: Apache-2.0

/// One token a word, with white space between words: for models with a small language of their own.
///
/// Words are never cut: a text that runs words together is refused rather than guessed at.
public struct WordTokenizer: Tokenizer {
  private let vocabulary: Vocabulary

  /// A tokenizer whose tokens are these words in order.
  ///
  /// - Throws: ``TextError`` for a repeated word and for one that is empty or holds white space.
  public init(tokens: [String]) throws(TextError) {
    vocabulary = try VocabularyList.vocabulary(
      tokens,
      isToken: { !$0.isEmpty && !$0.unicodeScalars.contains(where: \.properties.isWhitespace) },
      "a word without white space")
  }

  /// How many words there are.
  public var vocabularySize: Int { vocabulary.size }

  /// `words, 113 tokens`.
  public var kind: String { "words, \(vocabularySize) tokens" }

  /// None: every token is a word.
  public var beginningOfSequence: Int? { nil }

  /// None: every token is a word.
  public var endOfSequence: Int? { nil }

  /// One token a word; `unencodable` for a word that is not in the vocabulary.
  public func encoding(
    of text: String, addSpecialTokens: Bool
  ) throws(TextError) -> Encoding {
    var encoding = Encoding(ids: [], offsets: Offsets())
    let scalars = Array(text.unicodeScalars)
    for word in scalars.split(whereSeparator: \.properties.isWhitespace) {
      let spelling = String(String.UnicodeScalarView(word))
      guard let id = vocabulary.id(of: spelling) else {
        throw TextError(
          .unencodable,
          "“\(VisibleText.excerpt(spelling))” is not in the vocabulary: write its words with "
            + "spaces between them")
      }
      encoding.ids.append(id)
      encoding.offsets.append(word.indices)
    }
    return encoding
  }

  /// The words with spaces between them.
  public func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String {
    ids.map { token($0) ?? "\u{FFFD}" }.joined(separator: " ")
  }

  /// Every token is certain at once.
  public func streamingDecoder(skipSpecialTokens: Bool) -> StreamingDecoder {
    StreamingDecoder(SeparatedPieceStream(self, separator: " "))
  }

  /// The word.
  public func token(_ id: Int) -> String? { vocabulary.piece(id) }

  /// The number of a word.
  public func id(of token: String) -> Int? { vocabulary.id(of: token) }

  /// Never: every token is a word.
  public func isSpecial(_ id: Int) -> Bool { false }
}
