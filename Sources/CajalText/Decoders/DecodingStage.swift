// SPDX-License-Identifier: Apache-2.0

/// A step of a ``PieceDecoder`` over pieces that come one by one: pieces in, the pieces that are
/// certain out. Behind a step that fuses, the pieces are parts of a single one.
protocol DecodingStage: Sendable {
  /// Takes pieces and appends what is certain now.
  mutating func append(_ pieces: PieceBatch, to result: inout PieceBatch)
  /// Appends the rest.
  mutating func finish(_ result: inout PieceBatch)
}

extension DecodingStage {
  /// What holds nothing back has no rest.
  mutating func finish(_ result: inout PieceBatch) {}
}

/// Pieces with spaces between them: what stands for no decoder at all.
struct SpacingStage: DecodingStage {
  private var isFirst = true

  mutating func append(_ pieces: PieceBatch, to result: inout PieceBatch) {
    for index in 0..<pieces.count {
      if !isFirst { result.bytes.append(0x20) }
      isFirst = false
      result.append(pieces[index])
    }
  }
}

/// `Replace` of one text by another, in every piece by itself or in the fused one.
struct ReplacementStage: DecodingStage {
  private var replacement: RunningReplacement
  private let isFused: Bool
  private var isEmpty = true

  init(_ replacement: RunningReplacement, isFused: Bool) {
    (self.replacement, self.isFused) = (replacement, isFused)
  }

  mutating func append(_ pieces: PieceBatch, to result: inout PieceBatch) {
    for index in 0..<pieces.count {
      let piece = pieces[index]
      replacement.append(piece, to: &result.bytes)
      if !piece.isEmpty { isEmpty = false }
      // An empty pattern is found nowhere in an empty piece.
      if !isFused { replacement.finish(&result.bytes, isOpen: !piece.isEmpty) }
      result.endPiece()
    }
  }

  mutating func finish(_ result: inout PieceBatch) {
    guard isFused else { return }
    replacement.finish(&result.bytes, isOpen: !isEmpty)
    result.endPiece()
  }
}

/// `Strip`: up to some copies of a character are taken from both ends, of every piece or of the fused
/// one; nothing is held back but copies at the end.
struct StripStage: DecodingStage {
  private let content: [UInt8]
  private let start: Int
  private let stop: Int
  private let isFused: Bool
  private var leading: Int
  private var pending = 0

  init(_ content: [UInt8], start: Int, stop: Int, isFused: Bool) {
    (self.content, self.start, self.stop, self.isFused) = (content, start, stop, isFused)
    leading = start
  }

  mutating func append(_ pieces: PieceBatch, to result: inout PieceBatch) {
    for index in 0..<pieces.count {
      append(pieces[index], &result.bytes)
      if !isFused { (leading, pending) = (start, 0) }
      result.endPiece()
    }
  }

  private mutating func append(_ part: ArraySlice<UInt8>, _ result: inout [UInt8]) {
    var position = part.startIndex
    while position < part.endIndex {
      guard part[position] == content[0], part[position...].starts(with: content) else {
        for _ in 0..<pending { result.append(contentsOf: content) }
        (leading, pending) = (0, 0)
        result.append(part[position])
        position += 1
        continue
      }
      position += content.count
      if leading > 0 {
        leading -= 1
      } else if pending < stop {
        pending += 1
      } else {
        result.append(contentsOf: content)
      }
    }
  }
}
