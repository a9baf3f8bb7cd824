// SPDX-License-Identifier: Apache-2.0

/// One token a piece of text: the piece itself where the vocabulary has it, else the unknown token.
///
/// - Reference: `models/wordlevel` of <https://github.com/huggingface/tokenizers>.
struct WordLevelModel: TokenModel {
  var vocabulary: Vocabulary
  private let own: WordPieces
  private let unknownName: String
  private let unknown: Int?

  /// - Parameter unknown: The spelling of the token for words that are not in the vocabulary.
  init(vocabulary: Vocabulary, unknown: String, isByteLevel: Bool = false) {
    self.vocabulary = vocabulary
    own = WordPieces(vocabulary, isByteLevel: isByteLevel)
    unknownName = unknown
    self.unknown = vocabulary.modelId(of: unknown.utf8)
  }

  /// Reads the member `model` of a tokenizer.json.
  init(_ value: JSONValue, isByteLevel: Bool) throws(TextError) {
    var fields = try JSONFields(value, "model")
    let type = try fields.takeIfPresent("type")?.string("model.type") ?? "WordLevel"
    guard type == "WordLevel" else { throw TypedComponent.unknown(type, "model") }
    let vocabulary = try Vocabulary(members: try fields.take("vocab"), "model.vocab")
    self.init(
      vocabulary: vocabulary, unknown: try fields.takeString("unk_token"), isByteLevel: isByteLevel)
    try fields.close()
  }

  /// `words`.
  var kind: String { "words" }

  func encode(_ tokens: borrowing PreTokens, into run: inout TokenRun) throws(TextError) {
    let pieces = tokens.pieces
    try tokens.text.bytes.withUnsafeBufferPointer { text throws(TextError) in
      for piece in pieces where !piece.isEmpty {
        let word = UnsafeBufferPointer(rebasing: text[piece.range])
        guard let id = own.find(word) ?? unknown else {
          throw MissingToken.error(for: word, unknownName)
        }
        run.append(id, piece)
      }
    }
  }
}

/// The pieces of a vocabulary by the bytes of text they stand for.
struct WordPieces: Sendable {
  private let vocabulary: Vocabulary
  private let keys: PieceTable?
  private let numbers: [Int]

  /// - Parameter isByteLevel: Whether the vocabulary is spelled in printable characters.
  init(_ vocabulary: Vocabulary, isByteLevel: Bool) {
    self.vocabulary = vocabulary
    guard isByteLevel else {
      (keys, numbers) = (nil, [])
      return
    }
    var keys = PieceTable(reserving: vocabulary.modelCount)
    var numbers: [Int] = []
    for id in 0..<vocabulary.modelSize {
      guard let spelling = vocabulary.modelSpelling(id),
        let key = spelling.withUnsafeBufferPointer(PrintableBytes.bytes(of:))
      else { continue }
      keys.append(key)
      numbers.append(id)
    }
    (self.keys, self.numbers) = (keys, numbers)
  }

  /// The number of a piece.
  func find(_ word: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let keys else { return vocabulary.modelId(of: word) }
    return keys.find(word).map { numbers[$0] }
  }

  /// Calls a closure with the bytes and the number of each piece.
  func visit(_ body: (UnsafeBufferPointer<UInt8>, Int) -> Void) {
    if let keys {
      for place in 0..<keys.count {
        keys[place].withUnsafeBufferPointer { body($0, numbers[place]) }
      }
    } else {
      for id in 0..<vocabulary.modelSize {
        vocabulary.modelSpelling(id)?.withUnsafeBufferPointer { body($0, id) }
      }
    }
  }
}

/// The refusal of a text that has no token where the vocabulary lacks the unknown token too.
enum MissingToken {
  static func error(for text: UnsafeBufferPointer<UInt8>, _ unknown: String?) -> TextError {
    let excerpt = VisibleText.excerpt(String(decoding: text.prefix(64), as: UTF8.self))
    let name = unknown.map { ", “\(VisibleText.excerpt($0))”" } ?? ""
    return TextError(
      .unencodable,
      "“\(excerpt)” is not in the vocabulary, nor is a token for unknown text\(name)")
  }
}
