// SPDX-License-Identifier: Apache-2.0

/// Reads texts such as `3 17 5` as tokens: for models that come without a tokenizer.
///
/// Numbers stand apart by white space or commas. A token is shown as its number.
public struct NumberTokenizer: Tokenizer {
  /// How many numbers there are: 0 to one less than this.
  public let vocabularySize: Int

  /// A tokenizer for the numbers below a size.
  public init(vocabularySize: Int) {
    precondition(vocabularySize >= 0, "a vocabulary cannot have \(vocabularySize) tokens")
    self.vocabularySize = vocabularySize
  }

  /// `numbers, 26 tokens`.
  public var kind: String { "numbers, \(vocabularySize) tokens" }

  /// None: a number is just a number.
  public var beginningOfSequence: Int? { nil }

  /// None: a number is just a number.
  public var endOfSequence: Int? { nil }

  /// The numbers of a text; `unencodable` for anything else and for numbers beyond the vocabulary.
  public func encoding(
    of text: String, addSpecialTokens: Bool
  ) throws(TextError) -> Encoding {
    var encoding = Encoding(ids: [], offsets: Offsets())
    let scalars = Array(text.unicodeScalars)
    for word in scalars.split(whereSeparator: { $0.properties.isWhitespace || $0 == "," }) {
      encoding.ids.append(try id(of: word))
      encoding.offsets.append(word.indices)
    }
    return encoding
  }

  private func id(of word: ArraySlice<Unicode.Scalar>) throws(TextError) -> Int {
    let spelling = String(String.UnicodeScalarView(word))
    guard word.allSatisfy({ ("0"..."9").contains($0) }), let id = Int(spelling) else {
      throw TextError(
        .unencodable,
        "“\(VisibleText.excerpt(spelling))” is not a token: this model has no words, write numbers such as 3 17 5"
      )
    }
    guard id < vocabularySize else {
      throw TextError(
        .unencodable,
        "token \(id) does not exist: this model has the tokens 0 to \(vocabularySize - 1)")
    }
    return id
  }

  /// The numbers with spaces between them.
  public func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String {
    ids.map { token($0) ?? "\u{FFFD}" }.joined(separator: " ")
  }

  /// Every token is certain at once.
  public func streamingDecoder(skipSpecialTokens: Bool) -> StreamingDecoder {
    StreamingDecoder(SeparatedPieceStream(self, separator: " "))
  }

  /// The number itself.
  public func token(_ id: Int) -> String? {
    (0..<vocabularySize).contains(id) ? String(id) : nil
  }

  /// The number that a text spells in digits.
  public func id(of token: String) -> Int? {
    guard let id = Int(token), (0..<vocabularySize).contains(id), String(id) == token else {
      return nil
    }
    return id
  }

  /// Never: a number is just a number.
  public func isSpecial(_ id: Int) -> Bool { false }
}
