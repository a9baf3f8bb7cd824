// SPDX-License-Identifier: Apache-2.0

/// What a SentencePiece `.model` file says, as far as it matters for encoding and decoding.
///
/// - Source: `sentencepiece_model.proto` of <https://github.com/google/sentencepiece>; fields that
///   belong to training are skipped.
struct SentencePieceProto: Sendable {
  /// What a piece is for.
  enum Kind: UInt64, Sendable {
    case normal = 1
    case unknown, control, userDefined, unused, byte

    /// Whether a text can hold the piece.
    var isText: Bool { self == .normal || self == .userDefined || self == .unused }
  }

  /// How text is cut.
  enum Algorithm: UInt64, Sendable {
    case unigram = 1
    case bytePair, words, characters
  }

  struct Piece: Sendable {
    var spelling: ArraySlice<UInt8> = []
    var score: Float = 0
    var kind = Kind.normal
  }

  /// How text is prepared, or how decoded text is mended.
  struct Rules: Sendable {
    var map: ArraySlice<UInt8> = []
    var addsDummyPrefix = true
    var removesExtraSpaces = true
    var escapesSpaces = true
  }

  /// A text and its pieces, with spaces between them.
  struct Sample: Sendable {
    var input: ArraySlice<UInt8> = []
    var expected: ArraySlice<UInt8> = []
  }

  private(set) var pieces: [Piece] = []
  private(set) var algorithm = Algorithm.unigram
  private(set) var hasByteFallback = false
  private(set) var spacesAreSuffixes = false
  private(set) var unknownSurface: ArraySlice<UInt8> = ArraySlice(" \u{2047} ".utf8)
  private(set) var beginning: ArraySlice<UInt8> = ArraySlice("<s>".utf8)
  private(set) var end: ArraySlice<UInt8> = ArraySlice("</s>".utf8)
  private(set) var unknownSpelling: ArraySlice<UInt8> = ArraySlice("<unk>".utf8)
  /// The numbers that training gave the marks; negative for none. The kinds of the pieces count for the
  /// library itself.
  private(set) var trainedUnknown = 0
  private(set) var trainedBeginning = 1
  private(set) var trainedEnd = 2
  private(set) var normalizer = Rules()
  private(set) var denormalizer = Rules()
  private(set) var samples: [Sample] = []

  init(_ file: [UInt8]) throws(TextError) {
    var fields = SentencePieceFields(file[...])
    while let (field, value) = try fields.next() {
      guard case .bytes(let message) = value else { continue }
      switch field {
      case 1: pieces.append(try Self.piece(message))
      case 2: try readTrainer(message)
      case 3: try Self.read(message, into: &normalizer)
      case 4: try readSamples(message)
      case 5: try Self.read(message, into: &denormalizer)
      default: break
      }
    }
  }
}

// MARK: - Messages
extension SentencePieceProto {
  private static func piece(_ message: ArraySlice<UInt8>) throws(TextError) -> Piece {
    var piece = Piece()
    var fields = SentencePieceFields(message)
    while let (field, value) = try fields.next() {
      switch (field, value) {
      case (1, .bytes(let spelling)): piece.spelling = spelling
      case (2, .word(let score)): piece.score = Float(bitPattern: score)
      case (3, .number(let kind)): piece.kind = Kind(rawValue: kind) ?? piece.kind
      default: break
      }
    }
    return piece
  }

  private mutating func readTrainer(_ message: ArraySlice<UInt8>) throws(TextError) {
    var fields = SentencePieceFields(message)
    while let (field, value) = try fields.next() {
      switch (field, value) {
      case (3, .number(let number)): algorithm = Algorithm(rawValue: number) ?? algorithm
      case (24, .number(let number)): spacesAreSuffixes = number != 0
      case (35, .number(let number)): hasByteFallback = number != 0
      case (40, .number(let number)): trainedUnknown = Self.signed(number)
      case (41, .number(let number)): trainedBeginning = Self.signed(number)
      case (42, .number(let number)): trainedEnd = Self.signed(number)
      case (44, .bytes(let text)): unknownSurface = text.prefix { $0 != 0 }
      case (45, .bytes(let text)): unknownSpelling = text
      case (46, .bytes(let text)) where !text.isEmpty: beginning = text
      case (47, .bytes(let text)) where !text.isEmpty: end = text
      default: break
      }
    }
  }

  /// A number of 32 bits with its sign.
  private static func signed(_ number: UInt64) -> Int {
    Int(Int32(truncatingIfNeeded: number))
  }

  private static func read(
    _ message: ArraySlice<UInt8>, into rules: inout Rules
  ) throws(TextError) {
    var fields = SentencePieceFields(message)
    while let (field, value) = try fields.next() {
      switch (field, value) {
      case (2, .bytes(let map)): rules.map = map
      case (3, .number(let number)): rules.addsDummyPrefix = number != 0
      case (4, .number(let number)): rules.removesExtraSpaces = number != 0
      case (5, .number(let number)): rules.escapesSpaces = number != 0
      default: break
      }
    }
  }

  private mutating func readSamples(_ message: ArraySlice<UInt8>) throws(TextError) {
    var fields = SentencePieceFields(message)
    while let (field, value) = try fields.next() {
      guard field == 1, case .bytes(let message) = value else { continue }
      var sample = Sample()
      var fields = SentencePieceFields(message)
      while let (field, value) = try fields.next() {
        switch (field, value) {
        case (1, .bytes(let text)): sample.input = text
        case (2, .bytes(let text)): sample.expected = text
        default: break
        }
      }
      samples.append(sample)
    }
  }
}

// MARK: - Consistency
extension SentencePieceProto {
  /// Whether the pieces are such that the library would load them.
  ///
  /// - Returns: The number of the unknown piece.
  func checked() throws(TextError) -> Int {
    var unknown: Int?
    var bytes: Set<UInt8> = []
    var seen = PieceTable(reserving: pieces.count)
    for (id, piece) in pieces.enumerated() {
      var name: String { VisibleText.excerpt(String(decoding: piece.spelling, as: UTF8.self)) }
      guard !piece.spelling.isEmpty else {
        throw TextError(.malformed, "piece \(id) of the model is empty")
      }
      guard Self.isText(piece.spelling) else {
        throw TextError(.malformed, "piece \(id) of the model, “\(name)”, is not UTF-8")
      }
      guard seen.append(piece.spelling) == nil else {
        throw TextError(.malformed, "the piece “\(name)” comes twice in the model")
      }
      guard piece.score.isFinite else {
        throw TextError(.malformed, "the score of the piece “\(name)” is not a finite number")
      }
      switch piece.kind {
      case .unknown:
        guard unknown == nil else {
          throw TextError(.malformed, "the model has two unknown pieces, “\(name)” is the second")
        }
        unknown = id
      case .byte:
        guard hasByteFallback, let byte = BytePiece.byte(ofPiece: Array(piece.spelling)) else {
          throw TextError(
            .malformed, "“\(name)” stands for no byte, or the model falls back to none")
        }
        bytes.insert(byte)
      default: break
      }
    }
    guard let unknown else { throw TextError(.malformed, "the model has no unknown piece") }
    guard !hasByteFallback || bytes.count == 256 else {
      throw TextError(
        .malformed, "the model falls back to bytes and has pieces for \(bytes.count) of 256")
    }
    return unknown
  }

  private static func isText(_ spelling: ArraySlice<UInt8>) -> Bool {
    spelling.allSatisfy { $0 < 0x80 } || String(validating: spelling, as: UTF8.self) != nil
  }
}
