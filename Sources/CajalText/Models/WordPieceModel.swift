// SPDX-License-Identifier: Apache-2.0

/// WordPiece: from left to right always the longest piece that fits; all but the first of a word are
/// spelled with a prefix. A word that cannot be written so is one unknown token.
///
/// - Source: Schuster and Nakajima 2012; Devlin et al. 2018 <https://arxiv.org/abs/1810.04805>.
/// - Reference: `models/wordpiece` of <https://github.com/huggingface/tokenizers>.
struct WordPieceModel: TokenModel {
  /// Pieces longer than this are refused: the time for a word grows with its length times theirs.
  private static let lengthLimit = 1024

  /// The settings of a model.
  struct Options: Sendable {
    /// The spelling of the token for words that cannot be written.
    var unknown = "[UNK]"
    /// What the vocabulary puts before all pieces of a word but the first.
    var continuingPrefix = "##"
    /// Words of more characters are unknown.
    var longestWord = 100
    /// Whether the vocabulary is spelled in printable characters that stand for bytes.
    var isByteLevel = false
  }

  var vocabulary: Vocabulary
  let options: Options
  private let unknown: Int?
  private let first: PieceTrie
  private let continuing: PieceTrie
  private let pool: ScratchPool<WordPieceScratch>

  /// `WordPiece`.
  var kind: String { "WordPiece" }

  /// - Parameter rememberedBits: The logarithm of how many words are remembered; 0 for none, which
  ///   only changes the speed.
  init(
    vocabulary: Vocabulary, options: Options, rememberedBits: Int = 16
  ) throws(TextError) {
    self.vocabulary = vocabulary
    self.options = options
    unknown = vocabulary.modelId(of: options.unknown.utf8)
    var starts: [(bytes: [UInt8], value: UInt32)] = []
    var rests: [(bytes: [UInt8], value: UInt32)] = []
    let prefix = Array(options.continuingPrefix.utf8)
    for id in 0..<vocabulary.modelSize {
      guard let spelling = vocabulary.modelSpelling(id) else { continue }
      if let key = Self.key(spelling, options) { starts.append((key, UInt32(id))) }
      if spelling.starts(with: prefix),
        let key = Self.key(spelling.dropFirst(prefix.count), options)
      {
        rests.append((key, UInt32(id)))
      }
    }
    let longest = starts.reduce(0) { max($0, $1.bytes.count) }
    guard longest <= Self.lengthLimit else {
      throw TextError(.unsupported, "a piece has \(longest) bytes, more than \(Self.lengthLimit)")
    }
    first = PieceTrie(starts)
    continuing = PieceTrie(rests)
    pool = ScratchPool { WordPieceScratch(rememberedBits: rememberedBits) }
  }

  /// The bytes of text that a spelling stands for.
  private static func key(_ spelling: ArraySlice<UInt8>, _ options: Options) -> [UInt8]? {
    options.isByteLevel
      ? spelling.withUnsafeBufferPointer(PrintableBytes.bytes(of:)) : Array(spelling)
  }
}

/// What one caller needs to encode a text.
///
/// A pool hands it to one caller at a time, which is why it may be sent from thread to thread.
final class WordPieceScratch: @unchecked Sendable {
  let memory: PieceMemory?
  var ids: [(id: Int, length: Int)] = []

  init(rememberedBits: Int) {
    memory = rememberedBits > 0 ? PieceMemory(bits: rememberedBits) : nil
  }
}

// MARK: - Reading
extension WordPieceModel {
  /// Reads the member `model` of a tokenizer.json.
  init(_ value: JSONValue, isByteLevel: Bool) throws(TextError) {
    var fields = try JSONFields(value, "model")
    let type = try fields.takeIfPresent("type")?.string("model.type") ?? "WordPiece"
    guard type == "WordPiece" else { throw TypedComponent.unknown(type, "model") }
    let options = Options(
      unknown: try fields.takeString("unk_token"),
      continuingPrefix: try fields.takeString("continuing_subword_prefix"),
      longestWord: try fields.takeCount("max_input_chars_per_word"), isByteLevel: isByteLevel)
    let vocabulary = try Vocabulary(members: try fields.take("vocab"), "model.vocab")
    try fields.close()
    try self.init(vocabulary: vocabulary, options: options)
  }
}

// MARK: - Encoding
extension WordPieceModel {
  func encode(_ tokens: borrowing PreTokens, into run: inout TokenRun) throws(TextError) {
    let pieces = tokens.pieces
    guard !pieces.isEmpty else { return }
    try tokens.text.bytes.withUnsafeBufferPointer { text throws(TextError) in
      try first.withView { first throws(TextError) in
        try continuing.withView { continuing throws(TextError) in
          try pool.withScratch { scratch throws(TextError) in
            for piece in pieces where !piece.isEmpty {
              try encode(piece, text, first, continuing, scratch, &run)
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private func encode(
    _ piece: ByteSpan, _ text: UnsafeBufferPointer<UInt8>, _ first: PieceTrie.View,
    _ continuing: PieceTrie.View, _ scratch: WordPieceScratch, _ run: inout TokenRun
  ) throws(TextError) {
    if scratch.memory?.recall(piece, text, into: &run) == true { return }
    let isWritten = find(piece, text, first, continuing, scratch)
    var words = MemoryWords()
    if isWritten {
      var position = piece.start
      for (id, length) in scratch.ids {
        run.append(id, ByteSpan(position, position + UInt32(length)))
        words.append(id, length: length)
        position += UInt32(length)
      }
    } else {
      guard let unknown else {
        throw MissingToken.error(
          for: UnsafeBufferPointer(rebasing: text[piece.range]), options.unknown)
      }
      run.append(unknown, piece)
      words.append(unknown, length: piece.count)
    }
    if piece.count <= PieceMemory.longest {
      words.withWords { scratch.memory?.remember(text, Int(piece.start), piece.count, .whole, $0) }
    }
  }

  /// Writes a word with pieces into the scratch; false where that is not possible.
  private func find(
    _ piece: ByteSpan, _ text: UnsafeBufferPointer<UInt8>, _ first: PieceTrie.View,
    _ continuing: PieceTrie.View, _ scratch: WordPieceScratch
  ) -> Bool {
    scratch.ids.removeAll(keepingCapacity: true)
    guard !isTooLong(UnsafeBufferPointer(rebasing: text[piece.range])) else { return false }
    var start = Int(piece.start)
    let end = Int(piece.end)
    var trie = first
    while start < end {
      var node = PieceTrie.View.root
      var position = start
      var found = (id: PieceTrie.none, end: start)
      while position < end, let child = trie.child(node, text[position]) {
        node = child
        position += 1
        if trie.value(node) != PieceTrie.none { found = (trie.value(node), position) }
      }
      guard found.end > start else { return false }
      scratch.ids.append((Int(found.id), found.end - start))
      start = found.end
      trie = continuing
    }
    return true
  }

  private func isTooLong(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    guard word.count > options.longestWord else { return false }
    if options.isByteLevel { return true }
    var characters = 0
    for byte in word where byte & 0xC0 != 0x80 { characters += 1 }
    return characters > options.longestWord
  }
}
