// SPDX-License-Identifier: Apache-2.0

/// One token a character: the tokenizer of nanoGPT's and minGPT's small models.
///
/// A character is one Unicode scalar, as in Python; `é` may be one or two.
public struct CharacterTokenizer: Tokenizer {
  private let vocabulary: Vocabulary

  /// A tokenizer whose tokens are these characters in order.
  ///
  /// - Throws: ``TextError`` for a repeated token and for one that is not a single character.
  public init(tokens: [String]) throws(TextError) {
    vocabulary = try VocabularyList.vocabulary(
      tokens, isToken: { $0.unicodeScalars.count == 1 }, "a single character")
  }

  /// How many characters there are.
  public var vocabularySize: Int { vocabulary.size }

  /// `characters, 65 tokens`.
  public var kind: String { "characters, \(vocabularySize) tokens" }

  /// None: every token is a character.
  public var beginningOfSequence: Int? { nil }

  /// None: every token is a character.
  public var endOfSequence: Int? { nil }

  /// One token a character; `unencodable` for a character that is not in the vocabulary.
  public func encoding(
    of text: String, addSpecialTokens: Bool
  ) throws(TextError) -> Encoding {
    var ids: [Int] = []
    for scalar in text.unicodeScalars {
      guard let id = vocabulary.id(of: scalar) else {
        let name = VisibleText.excerpt(String(Character(scalar)))
        let known = VisibleText.excerpt(vocabulary.all.joined())
        throw TextError(
          .unencodable, "the character “\(name)” is not in the vocabulary, which has: \(known)")
      }
      ids.append(id)
    }
    return Encoding(ids: ids, offsets: Offsets(ids.indices.map { ByteSpan($0..<$0 + 1) }))
  }

  /// The characters, one after the other.
  public func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String {
    ids.map { token($0) ?? "\u{FFFD}" }.joined()
  }

  /// Every token is certain at once.
  public func streamingDecoder(skipSpecialTokens: Bool) -> StreamingDecoder {
    StreamingDecoder(SeparatedPieceStream(self, separator: ""))
  }

  /// The character.
  public func token(_ id: Int) -> String? { vocabulary.piece(id) }

  /// The number of a character.
  public func id(of token: String) -> Int? { vocabulary.id(of: token) }

  /// Never: every token is a character.
  public func isSpecial(_ id: Int) -> Bool { false }
}
