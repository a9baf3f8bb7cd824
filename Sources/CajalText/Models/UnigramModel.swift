// SPDX-License-Identifier: Apache-2.0

/// A unigram model: of all ways to write a piece of text with the vocabulary, the one whose scores
/// have the largest sum.
///
///     best(j) = max over pieces x(i…j) of best(i) + score(x(i…j))
///
/// A character that no piece writes alone can be unknown, at a score 10 below the lowest.
///
/// - Source: Kudo 2018 <https://arxiv.org/abs/1804.10959>.
/// - Reference: `models/unigram` of <https://github.com/huggingface/tokenizers>, `unigram_model.cc` of
///   <https://github.com/google/sentencepiece>.
struct UnigramModel: TokenModel {
  /// One entry of the vocabulary.
  struct Piece {
    /// What a piece is for.
    enum Kind { case normal, userDefined, inert }

    var bytes: [UInt8]
    var score: Double
    /// `inert` pieces are never found in a text.
    var kind = Kind.normal
  }

  /// In what precision sums are taken, which decides between ways that are almost equally good.
  enum Arithmetic: Sendable {
    /// As the package `tokenizers` does: 64 bits.
    case tokenizers
    /// As the library SentencePiece does: 32 bits.
    case sentencePiece
  }

  /// Pieces longer than this are refused: the time for a text grows with its length times theirs.
  private static let lengthLimit = 1024
  private static let penalty = 10.0

  var vocabulary: Vocabulary
  let own: WordPieces
  let unknown: Int?
  let hasByteFallback: Bool
  let arithmetic: Arithmetic
  let isByteLevel: Bool
  let trie: PieceTrie
  let scores: [Double]
  let unknownScore: Double
  let longest: Int
  /// The tokens that stand for bytes, where all 256 are there or any is looked for.
  let fallback: [Int?]
  let pool: ScratchPool<UnigramScratch>

  /// As in the package; the library gives the text as well.
  var unknownSpelledAsText: Int? { unknown }

  var kind: String { "unigram\(hasByteFallback ? " with byte fallback" : "")" }

  /// - Parameters:
  ///   - unknown: The number of the token for unknown characters.
  ///   - rememberedBits: The logarithm of how many words are remembered; 0 for none, which only
  ///     changes the speed.
  init(
    pieces: [Piece], unknown: Int?, byteFallback: Bool, arithmetic: Arithmetic = .tokenizers,
    isByteLevel: Bool = false, rememberedBits: Int = 16
  ) throws(TextError) {
    if let unknown, !pieces.indices.contains(unknown) {
      throw TextError(
        .malformed, "the unknown token is number \(unknown) of \(pieces.count) pieces")
    }
    guard !isByteLevel || !byteFallback else {
      throw TextError(
        .unsupported, "a unigram model with both byte level and byte fallback is not implemented")
    }
    let vocabulary = Vocabulary(spellings: pieces.lazy.map(\.bytes), lastWins: true)
    self.vocabulary = vocabulary
    own = WordPieces(vocabulary, isByteLevel: isByteLevel)
    (self.unknown, hasByteFallback, self.arithmetic) = (unknown, byteFallback, arithmetic)
    self.isByteLevel = isByteLevel
    var strings: [(bytes: [UInt8], value: UInt32)] = []
    strings.reserveCapacity(pieces.count)
    own.visit { bytes, id in
      if pieces[id].kind != .inert { strings.append((Array(bytes), UInt32(id))) }
    }
    longest = strings.reduce(1) { max($0, $1.bytes.count) }
    guard longest <= Self.lengthLimit else {
      throw TextError(.unsupported, "a piece has \(longest) bytes, more than \(Self.lengthLimit)")
    }
    trie = PieceTrie(strings)
    (scores, unknownScore) = Self.scores(pieces, arithmetic)
    fallback = (UInt8.min ... .max).map { byte in
      byteFallback ? vocabulary.modelId(of: BytePiece.piece(of: byte).utf8) : nil
    }
    pool = ScratchPool { UnigramScratch(rememberedBits: rememberedBits) }
  }

  private static func scores(
    _ pieces: [Piece], _ arithmetic: Arithmetic
  ) -> (scores: [Double], unknown: Double) {
    guard arithmetic == .sentencePiece else {
      let lowest = pieces.reduce(Double.infinity) { min($0, $1.score) }
      return (pieces.map(\.score), lowest - penalty)
    }
    var lowest = Float.greatestFiniteMagnitude
    var highest = Float.leastNormalMagnitude
    for piece in pieces where piece.kind == .normal {
      lowest = min(lowest, Float(piece.score))
      highest = max(highest, Float(piece.score))
    }
    let scores = pieces.map { piece in
      Double(
        piece.kind == .userDefined
          ? Float(piece.bytes.count) * highest - 0.1 : Float(piece.score))
    }
    return (scores, Double(lowest - Float(penalty)))
  }
}

/// What one caller needs to encode a text.
///
/// A pool hands it to one caller at a time, which is why it may be sent from thread to thread.
final class UnigramScratch: @unchecked Sendable {
  let memory: PieceMemory?
  var path = UnigramPath()

  init(rememberedBits: Int) {
    memory = rememberedBits > 0 ? PieceMemory(bits: rememberedBits) : nil
  }
}

// MARK: - Reading
extension UnigramModel {
  /// Reads the member `model` of a tokenizer.json.
  init(_ value: JSONValue, isByteLevel: Bool) throws(TextError) {
    var fields = try JSONFields(value, "model")
    let type = try fields.takeIfPresent("type")?.string("model.type") ?? "Unigram"
    guard type == "Unigram" else { throw TypedComponent.unknown(type, "model") }
    let unknown = try fields.takeIfPresent("unk_id").map { value throws(TextError) in
      try value.count("model.unk_id")
    }
    let byteFallback = try fields.takeBool("byte_fallback")
    var pieces: [Piece] = []
    for (index, element) in try fields.take("vocab").array("model.vocab").enumerated() {
      let pair = try element.array("model.vocab")
      guard pair.count == 2 else {
        throw TextError(.malformed, "“model.vocab[\(index)]” is not a piece and its score")
      }
      pieces.append(
        Piece(
          bytes: Array(try pair[0].string("model.vocab").utf8),
          score: try pair[1].double("model.vocab")))
    }
    try fields.close()
    try self.init(
      pieces: pieces, unknown: unknown, byteFallback: byteFallback, isByteLevel: isByteLevel)
  }
}
