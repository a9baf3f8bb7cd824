// SPDX-License-Identifier: Apache-2.0

/// The text of pieces that come one by one, as the library SentencePiece makes it.
///
/// - Source: `sentencepiece_processor.cc` of <https://github.com/google/sentencepiece>.
struct SentencePieceDecoding: Sendable {
  /// The settings of a model.
  struct Settings: Sendable {
    /// Whether the first space is that which encoding put in front.
    var dropsFirstSpace: Bool
    /// Whether all spaces at the beginning go.
    var dropsLeadingSpaces: Bool
    var unknownSurface: [UInt8]
  }

  private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

  let settings: Settings
  /// Bytes of a scalar that is not whole yet.
  private var held: [UInt8] = []
  private var isEmpty = true
  private var expectsSpace = true
  private var hasDroppedSpace = false

  init(_ settings: Settings) { self.settings = settings }

  /// Appends what is certain with a piece.
  mutating func append(
    _ piece: ArraySlice<UInt8>, _ kind: SentencePieceProto.Kind, to text: inout [UInt8]
  ) {
    let count = text.count
    if kind == .byte, let byte = BytePiece.byte(ofPiece: Array(piece)) {
      held.append(byte)
      releaseBytes(isLast: false, to: &text)
      if text.count > count { isEmpty = false }
      return
    }
    releaseBytes(isLast: true, to: &text)
    if text.count > count { isEmpty = false }
    if hasDroppedSpace || !isEmpty { expectsSpace = false }
    let before = text.count
    hasDroppedSpace = false
    switch kind {
    case .control: break
    case .unknown: text.append(contentsOf: settings.unknownSurface)
    default: appendText(piece, to: &text)
    }
    if text.count > before { isEmpty = false }
  }

  private mutating func appendText(_ piece: ArraySlice<UInt8>, to text: inout [UInt8]) {
    var piece = piece
    let space = SentencePieceNormalizer.space
    if expectsSpace, settings.dropsFirstSpace || settings.dropsLeadingSpaces,
      piece.starts(with: space)
    {
      piece = piece.dropFirst(space.count)
      hasDroppedSpace = !settings.dropsLeadingSpaces
    }
    var position = piece.startIndex
    while position < piece.endIndex {
      if piece[position] == space[0], piece[position...].starts(with: space) {
        text.append(0x20)
        position += space.count
      } else {
        text.append(piece[position])
        position += 1
      }
    }
  }

  /// Appends whole scalars, and a replacement character for each byte that begins none.
  private mutating func releaseBytes(isLast: Bool, to text: inout [UInt8]) {
    while !held.isEmpty {
      let unfinished = UnfinishedScalar.length(in: held)
      if unfinished == held.count, !isLast { return }
      let length = lengthOfScalar(beginningWith: held[0])
      if held.count >= length, String(validating: held[..<length], as: UTF8.self) != nil {
        text.append(contentsOf: held[..<length])
        held.removeFirst(length)
      } else {
        text.append(contentsOf: Self.replacement)
        held.removeFirst()
      }
    }
  }

  /// Appends the rest.
  mutating func finish(_ text: inout [UInt8]) {
    releaseBytes(isLast: true, to: &text)
  }
}
