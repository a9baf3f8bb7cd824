// SPDX-License-Identifier: Apache-2.0

/// Turns text into the numbers a model reads, and back.
///
/// Numbers are positions in the vocabulary. A tokenizer is an immutable value: it may be shared
/// between threads, reads no file once it exists, and answers the same for the same text.
public protocol Tokenizer: Sendable {
  /// One more than the largest number of a token; a model may have a few rows more.
  var vocabularySize: Int { get }

  /// What this is, for people: `BPE with byte fallback, 512 tokens`.
  var kind: String { get }

  /// The token that stands before a text, where the file names one.
  var beginningOfSequence: Int? { get }

  /// The token that ends a text, where the file names one.
  var endOfSequence: Int? { get }

  /// The tokens of a text.
  ///
  /// - Parameters:
  ///   - text: Any text, the empty one included.
  ///   - addSpecialTokens: Whether the tokens that the file wants around every text, such as the one
  ///     for its beginning, are put there.
  /// - Returns: Numbers from 0 to one less than ``vocabularySize``.
  /// - Throws: ``TextError`` with code `unencodable` when the vocabulary cannot express the text.
  func encode(_ text: String, addSpecialTokens: Bool) throws(TextError) -> [Int]

  /// The tokens of a text, the same as `encode` gives, each with its stretch of the text.
  func encoding(of text: String, addSpecialTokens: Bool) throws(TextError) -> Encoding

  /// The text of some tokens.
  ///
  /// Bytes that are not UTF-8 and numbers beyond the vocabulary become U+FFFD.
  ///
  /// - Parameters:
  ///   - ids: Any numbers.
  ///   - skipSpecialTokens: Whether tokens such as the one for the beginning are left out.
  /// - Returns: The text; not escaped for a terminal or for HTML.
  func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String

  /// Decodes tokens that come one by one, to the same text as `decode`.
  ///
  /// What is not implemented by a tokenizer holds everything back until the end.
  func streamingDecoder(skipSpecialTokens: Bool) -> StreamingDecoder

  /// The piece as the file spells it (`▁Once`, `<0x0A>`), or nothing beyond the vocabulary.
  func token(_ id: Int) -> String?

  /// The number of a piece spelled as in the file.
  func id(of token: String) -> Int?

  /// Whether a token is a mark for the model rather than a piece of text.
  func isSpecial(_ id: Int) -> Bool

  /// The piece as a person wants to see it: spaces and line ends visible, nothing invisible left.
  ///
  /// What it returns is safe on a terminal: no control characters. It is not escaped for HTML.
  func display(_ id: Int) -> String
}

extension Tokenizer {
  /// The tokens of a text, where finding their stretches costs nothing worth saving.
  public func encode(_ text: String, addSpecialTokens: Bool) throws(TextError) -> [Int] {
    try encoding(of: text, addSpecialTokens: addSpecialTokens).ids
  }

  /// The tokens of a text with the special tokens that the file wants around it.
  public func encode(_ text: String) throws(TextError) -> [Int] {
    try encode(text, addSpecialTokens: true)
  }

  /// The tokens of a text with the special tokens around it, each with its stretch of the text.
  public func encoding(of text: String) throws(TextError) -> Encoding {
    try encoding(of: text, addSpecialTokens: true)
  }

  /// The spellings of the tokens of a text, as the reference implementation lists them: as in the
  /// vocabulary, or as ``Encoding/spelling(at:)`` says.
  public func tokens(of encoding: Encoding) -> [String] {
    encoding.ids.indices.map { index in
      encoding.spelling(at: index) ?? token(encoding.ids[index]) ?? ""
    }
  }

  /// The text of some tokens without the special ones.
  public func decode(_ ids: [Int]) -> String {
    decode(ids, skipSpecialTokens: true)
  }

  /// Decodes tokens that come one by one, without the special ones.
  public func streamingDecoder() -> StreamingDecoder {
    streamingDecoder(skipSpecialTokens: true)
  }

  /// A decoder that holds everything back until the end: right for every tokenizer.
  public func streamingDecoder(skipSpecialTokens: Bool) -> StreamingDecoder {
    StreamingDecoder(WholeTextStream(self, skipSpecialTokens: skipSpecialTokens))
  }

  /// The piece with everything invisible made visible; `#7` for a number beyond the vocabulary.
  public func display(_ id: Int) -> String {
    guard let piece = token(id) else { return "#\(id)" }
    return VisibleText.of(piece, isSpecial: isSpecial(id))
  }
}
