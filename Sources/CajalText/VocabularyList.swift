// SPDX-License-Identifier: Apache-2.0

/// The tokens of a `vocabulary.json`: a JSON array with one text a token, in order.
///
/// This is the file to write for a model that reads single characters, numbers or whole words: such
/// models come with a Python pickle (`meta.pkl` of nanoGPT), which is a program and is never run, or
/// with nothing at all.
enum VocabularyList {
  /// The tokenizer of a list: characters when every token is one, otherwise words.
  static func tokenizer(json: [UInt8]) throws(TextError) -> any Tokenizer {
    var tokens: [String] = []
    for element in try JSONParser.parse(json).array("the file") {
      tokens.append(try element.string("[\(tokens.count)]"))
    }
    if tokens.allSatisfy({ $0.unicodeScalars.count == 1 }) {
      return try CharacterTokenizer(tokens: tokens)
    }
    return try WordTokenizer(tokens: tokens)
  }

  /// The vocabulary of a list without repetitions; an empty list is refused.
  static func vocabulary(
    _ tokens: [String], isToken: (String) -> Bool, _ requirement: String
  ) throws(TextError) -> Vocabulary {
    guard !tokens.isEmpty else {
      throw TextError(.malformed, "the vocabulary is empty: list the tokens in order")
    }
    var vocabulary = Vocabulary([])
    for (id, token) in tokens.enumerated() {
      guard isToken(token) else {
        throw TextError(
          .malformed, "token \(id), “\(VisibleText.excerpt(token))”, is not \(requirement)")
      }
      try vocabulary.add(token, at: id)
    }
    return vocabulary
  }
}
