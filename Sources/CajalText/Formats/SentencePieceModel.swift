// SPDX-License-Identifier: Apache-2.0

/// The model of a SentencePiece file: text that is already prepared becomes pieces.
///
/// - Source: `bpe_model.cc`, `unigram_model.cc`, `word_model.cc`, `char_model.cc` and
///   `sentencepiece_processor.cc` of <https://github.com/google/sentencepiece>.
struct SentencePieceModel: TokenModel {
  private enum Engine: Sendable {
    case unigram(UnigramModel)
    case bytePair(BytePairModel)
    /// Byte pairs of which some must not be used.
    case resegmenting(SentencePieceMerging)
    case words
    case characters
  }

  var vocabulary: Vocabulary
  private let own: Vocabulary
  private let engine: Engine
  private let symbols: SentencePieceSymbols?
  private let isByte: [Bool]
  private let isUnused: [Bool]
  private let bytes: [Int]
  private let unknown: Int
  private let hasByteFallback: Bool
  let kind: String

  init(
    _ proto: SentencePieceProto, symbols: SentencePieceSymbols?, unknown: Int
  ) throws(TextError) {
    let vocabulary = Vocabulary(spellings: proto.pieces.lazy.map(\.spelling))
    self.vocabulary = vocabulary
    own = vocabulary
    self.symbols = symbols
    self.unknown = unknown
    hasByteFallback = proto.hasByteFallback
    isByte = proto.pieces.map { $0.kind == .byte }
    isUnused = proto.pieces.map { $0.kind == .unused }
    bytes = (UInt8.min ... .max).map { byte in
      vocabulary.modelId(of: BytePiece.piece(of: byte).utf8) ?? unknown
    }
    let name: String
    switch proto.algorithm {
    case .unigram:
      engine = .unigram(try Self.unigram(proto, unknown))
      name = "unigram"
    case .bytePair:
      let hasUnused = proto.pieces.contains { $0.kind == .unused }
      engine =
        hasUnused
        ? .resegmenting(SentencePieceMerging(proto, vocabulary, symbols))
        : .bytePair(try Self.bytePair(proto, vocabulary, unknown))
      name = "BPE"
    case .words:
      engine = .words
      name = "words"
    case .characters:
      engine = .characters
      name = "characters"
    }
    kind = "SentencePiece \(name)\(proto.hasByteFallback ? " with byte fallback" : "")"
  }

  private static func unigram(
    _ proto: SentencePieceProto, _ unknown: Int
  ) throws(TextError) -> UnigramModel {
    let pieces = proto.pieces.map { piece in
      let kind: UnigramModel.Piece.Kind =
        switch piece.kind {
        case .normal: .normal
        case .userDefined: .userDefined
        default: .inert
        }
      return UnigramModel.Piece(
        bytes: Array(piece.spelling), score: Double(piece.score), kind: kind)
    }
    return try UnigramModel(
      pieces: pieces, unknown: unknown, byteFallback: proto.hasByteFallback,
      arithmetic: .sentencePiece)
  }

  private static func bytePair(
    _ proto: SentencePieceProto, _ vocabulary: Vocabulary, _ unknown: Int
  ) throws(TextError) -> BytePairModel {
    let inert = proto.pieces.indices.filter { !proto.pieces[$0].kind.isText }
    var options = BytePairModel.Options()
    options.hasByteFallback = proto.hasByteFallback
    options.unknown = String(decoding: proto.pieces[unknown].spelling, as: UTF8.self)
    options.fusesUnknown = true
    return try BytePairModel(
      vocabulary: vocabulary,
      merges: .scores(proto.pieces.map(\.score), inert: Set(inert)), options: options)
  }
}

// MARK: - Encoding
extension SentencePieceModel {
  func encode(_ tokens: borrowing PreTokens, into run: inout TokenRun) throws(TextError) {
    let first = run.ids.count
    switch engine {
    case .unigram(let model): try model.encode(tokens, into: &run)
    case .bytePair(let model):
      guard let symbols else {
        try model.encode(tokens, into: &run)
        break
      }
      try encode(copy tokens, around: symbols, model, &run)
    case .resegmenting(let merging):
      appendParts(tokens, &run) { text, span, part in merging.parts(text, span, part) }
    case .words: appendParts(tokens, &run, Self.words)
    case .characters: appendParts(tokens, &run, characters)
    }
    if run.wantsSpans { tightenBytes(from: first, &run) }
  }

  /// Symbols of the model's author stay as they are; what is between them is joined by itself.
  private func encode(
    _ tokens: PreTokens, around symbols: SentencePieceSymbols, _ model: BytePairModel,
    _ run: inout TokenRun
  ) throws(TextError) {
    var stretch = tokens
    let text = tokens.text.bytes
    for piece in tokens.pieces {
      var (start, position) = (Int(piece.start), Int(piece.start))
      while position < Int(piece.end) {
        let match = text.withUnsafeBufferPointer {
          symbols.match(UnsafeBufferPointer(rebasing: $0[..<Int(piece.end)]), at: position)
        }
        guard let match else {
          position += lengthOfScalar(beginningWith: text[position])
          continue
        }
        if start < position {
          stretch.pieces = [ByteSpan(start..<position)]
          try model.encode(stretch, into: &run)
        }
        let end = position + match.length
        run.append(match.id, ByteSpan(position..<end))
        (start, position) = (end, end)
      }
      if start < Int(piece.end) {
        stretch.pieces = [ByteSpan(start..<Int(piece.end))]
        try model.encode(stretch, into: &run)
      }
    }
  }

  /// Hands over the parts of a span, in order.
  private typealias Cutting = (
    UnsafeBufferPointer<UInt8>, Range<Int>, (Range<Int>) -> Void
  ) -> Void

  /// Appends the tokens of parts: unknown ones in a row are one, or all their bytes.
  private func appendParts(
    _ tokens: borrowing PreTokens, _ run: inout TokenRun, _ cut: Cutting
  ) {
    let pieces = tokens.pieces
    tokens.text.bytes.withUnsafeBufferPointer { text in
      for piece in pieces {
        var unknownStart: Int?
        cut(text, piece.range) { part in
          var id = own.modelId(of: UnsafeBufferPointer(rebasing: text[part])) ?? unknown
          if isUnused[id] { id = unknown }
          if id == unknown, hasByteFallback {
            for byte in text[part] { run.append(bytes[Int(byte)], ByteSpan(part)) }
          } else if id == unknown, let start = unknownStart {
            if run.wantsSpans { run.spans[run.spans.count - 1] = ByteSpan(start..<part.upperBound) }
          } else {
            run.append(id, ByteSpan(part))
            unknownStart = id == unknown ? part.lowerBound : nil
          }
        }
      }
    }
  }

  /// Every space begins a word.
  private static func words(
    _ text: UnsafeBufferPointer<UInt8>, _ span: Range<Int>, _ part: (Range<Int>) -> Void
  ) {
    var (start, position) = (span.lowerBound, span.lowerBound)
    while position < span.upperBound {
      let length = lengthOfScalar(beginningWith: text[position])
      if position > start,
        text[position..<position + length].elementsEqual(SentencePieceNormalizer.space)
      {
        part(start..<position)
        start = position
      }
      position += length
    }
    if start < span.upperBound { part(start..<span.upperBound) }
  }

  private func characters(
    _ text: UnsafeBufferPointer<UInt8>, _ span: Range<Int>, _ part: (Range<Int>) -> Void
  ) {
    var position = span.lowerBound
    let text = UnsafeBufferPointer(rebasing: text[..<span.upperBound])
    while position < span.upperBound {
      let length =
        symbols?.match(text, at: position)?.length
        ?? lengthOfScalar(beginningWith: text[position])
      part(position..<position + length)
      position += length
    }
  }

  /// Of the bytes of a character the last stands for the character, the others for nothing.
  private func tightenBytes(from first: Int, _ run: inout TokenRun) {
    guard hasByteFallback else { return }
    var position: UInt32 = 0
    var left: UInt32 = 0
    for index in first..<run.ids.count {
      let span = run.spans[index]
      guard isByte[run.ids[index]] else {
        position = span.end
        left = 0
        continue
      }
      if left == 0 {
        position = span.start
        left = span.end - span.start
      }
      left -= 1
      let end = position
      run.spans[index] = left == 0 ? span : ByteSpan(end, end)
    }
  }
}
