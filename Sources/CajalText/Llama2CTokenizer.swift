// SPDX-License-Identifier: Apache-2.0

/// The tokenizer of llama2.c: pieces with scores, as SentencePiece trains them, in a binary file.
///
/// A text gets a space in front, is cut into characters (or their bytes, where a character is no
/// piece), and the neighbours whose union has the highest score are joined until none is left.
///
/// - Source: `run.c` and `tokenizer.py` of <https://github.com/karpathy/llama2.c>.
public struct Llama2CTokenizer: Tokenizer {
  private static let beginning = 1
  private static let end = 2
  private static let firstByte = 3
  /// The pieces of the field have at most a few dozen bytes; this bounds the work a file can cause.
  private static let lengthLimit = 4096

  private let vocabulary: Vocabulary
  private let scores: [Float]
  private let longestPiece: Int

  /// Reads a file: a 32-bit count, the length of the longest piece; then for every piece its score
  /// as a 32-bit float, its length in bytes as a 32-bit count, and its bytes; all little endian.
  ///
  /// The file says nowhere how many pieces there are: they go on until its end.
  public init(_ file: [UInt8]) throws(TextError) {
    var reader = PieceReader(file)
    let longest = try reader.count("the longest length")
    guard longest <= Self.lengthLimit else {
      throw TextError(
        .malformed, "not a vocabulary of llama2.c: it claims pieces of \(longest) bytes")
    }
    var pieces: [String] = []
    var scores: [Float] = []
    while !reader.isAtEnd {
      let (piece, score) = try reader.piece(longest: longest)
      pieces.append(piece)
      scores.append(score)
    }
    let bytes = (UInt8.min...UInt8.max).map(BytePiece.piece(of:))
    guard pieces.count >= Self.firstByte + bytes.count,
      Array(pieces[Self.firstByte..<Self.firstByte + bytes.count]) == bytes
    else {
      throw TextError(
        .malformed, "not a vocabulary of llama2.c: the pieces 3 to 258 must be <0x00> to <0xFF>")
    }
    vocabulary = Vocabulary(pieces)
    self.scores = scores
    longestPiece = longest
  }

  /// One more than the largest number of a token.
  public var vocabularySize: Int { vocabulary.size }

  /// `BPE by score with byte fallback, 512 tokens`.
  public var kind: String { "BPE by score with byte fallback, \(vocabularySize) tokens" }

  /// 1, by convention of the format.
  public var beginningOfSequence: Int? { Self.beginning }

  /// 2, by convention of the format.
  public var endOfSequence: Int? { Self.end }

  /// The tokens of a text; the token for the beginning is the only special one that is added.
  ///
  /// - Cost: n log n in the length of the text.
  public func encoding(
    of text: String, addSpecialTokens: Bool
  ) throws(TextError) -> Encoding {
    var encoding = Encoding(ids: [], offsets: Offsets())
    if addSpecialTokens {
      encoding.ids.append(Self.beginning)
      encoding.offsets.append(0..<0)
    }
    if text.isEmpty { return encoding }
    var ids: [Int] = []
    ids.reserveCapacity(text.utf8.count + 1)
    append(" ", to: &ids)
    for scalar in text.unicodeScalars { append(scalar, to: &ids) }
    ids = SpellingMerging.merged(ids, by: merge)
    let bytes = AlignedText(Array(text.utf8), isTracked: true)
    var end = -1  // The space in front is not of the text.
    var spans = ids.map { id in
      let start = end
      end += BytePiece.byte(of: token(id) ?? "") == nil ? token(id)?.utf8.count ?? 0 : 1
      return bytes.source(of: ByteSpan(max(start, 0)..<max(end, 0)))
    }
    bytes.bytes.withUnsafeBufferPointer { CodePoints.convert(&spans, in: $0) }
    return Encoding(ids: encoding.ids + ids, offsets: Offsets(encoding.offsets.spans + spans))
  }

  private func append(_ scalar: Unicode.Scalar, to ids: inout [Int]) {
    if let id = vocabulary.id(of: scalar) {
      ids.append(id)
    } else {
      for byte in String(Character(scalar)).utf8 { ids.append(Int(byte) + Self.firstByte) }
    }
  }

  /// The union of two pieces; the pieces that stand for bytes join by their spelling like others.
  private func merge(_ left: Int, _ right: Int) -> SpellingMerge? {
    guard let first = vocabulary.piece(left), let second = vocabulary.piece(right),
      first.utf8.count + second.utf8.count <= longestPiece,
      let id = vocabulary.id(of: first + second)
    else { return nil }
    return SpellingMerge(rank: -Double(scores[id]), id: id)
  }

  /// The text of some tokens, without the space that encoding puts in front.
  ///
  /// `run.c` drops that space behind the token for the beginning; here it is dropped at the start of
  /// `ids` as well, so that tokens without that mark give their text back too.
  public func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String {
    var stream = Stream(tokenizer: self, skipSpecialTokens: skipSpecialTokens)
    return String(decoding: ids.flatMap { stream.append($0) }, as: UTF8.self)
  }

  /// Every byte is certain at once.
  public func streamingDecoder(skipSpecialTokens: Bool) -> StreamingDecoder {
    StreamingDecoder(Stream(tokenizer: self, skipSpecialTokens: skipSpecialTokens))
  }

  private struct Stream: PieceStream {
    let tokenizer: Llama2CTokenizer
    let skipSpecialTokens: Bool
    private var previous = Llama2CTokenizer.beginning

    init(tokenizer: Llama2CTokenizer, skipSpecialTokens: Bool) {
      (self.tokenizer, self.skipSpecialTokens) = (tokenizer, skipSpecialTokens)
    }

    mutating func append(_ id: Int) -> [UInt8] {
      defer { previous = id }
      if skipSpecialTokens, tokenizer.isSpecial(id) { return [] }
      let piece = tokenizer.vocabulary.piece(id) ?? "\u{FFFD}"
      if let byte = BytePiece.byte(of: piece) { return [byte] }
      let isBehindMark = previous == Llama2CTokenizer.beginning && piece.utf8.first == 0x20
      return Array(isBehindMark ? piece.utf8.dropFirst() : piece.utf8[...])
    }

    mutating func finish() -> [UInt8] { [] }
  }

  /// The piece as the file spells it, with plain spaces.
  public func token(_ id: Int) -> String? { vocabulary.piece(id) }

  /// The number of a piece spelled as in the file.
  public func id(of token: String) -> Int? { vocabulary.id(of: token) }

  /// The tokens for unknown, beginning and end, which the format puts first.
  public func isSpecial(_ id: Int) -> Bool { (0..<Self.firstByte).contains(id) }
}

/// Reads the pieces of a binary vocabulary one by one.
private struct PieceReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func count(_ what: StaticString) throws(TextError) -> Int {
    let start = position
    guard let count = Int(exactly: Int32(bitPattern: try word())), count >= 0 else {
      throw TextError(.malformed, "\(what) at byte \(start) is negative")
    }
    return count
  }

  mutating func piece(longest: Int) throws(TextError) -> (piece: String, score: Float) {
    let start = position
    let score = Float(bitPattern: try word())
    let length = try count("the length")
    guard score.isFinite else {
      throw TextError(.malformed, "the score at byte \(start) is not a finite number")
    }
    guard length <= longest, length <= bytes.count - position else {
      throw TextError(
        .malformed, "the piece at byte \(start) claims \(length) bytes, more than there can be")
    }
    guard let piece = String(validating: bytes[position..<position + length], as: UTF8.self) else {
      throw TextError(.malformed, "the piece at byte \(start) is not UTF-8")
    }
    position += length
    return (piece, score)
  }

  private mutating func word() throws(TextError) -> UInt32 {
    guard bytes.count - position >= 4 else {
      throw TextError(.malformed, "the file ends early, at byte \(bytes.count)")
    }
    defer { position += 4 }
    return (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << (8 * $1) }
  }
}
