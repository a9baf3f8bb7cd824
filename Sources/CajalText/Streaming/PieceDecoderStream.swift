// SPDX-License-Identifier: Apache-2.0

/// A step of a ``PieceDecoder`` over pieces that come one by one: pieces in, the pieces that are
/// certain out. Behind a step that fuses, the pieces are parts of one.
protocol DecodingStage: Sendable {
  /// Takes a piece and returns what is certain now.
  mutating func append(_ piece: [UInt8]) -> [[UInt8]]
  /// Returns the rest.
  mutating func finish() -> [[UInt8]]
}

/// All steps, one behind the other.
struct PieceDecoderStream: Sendable {
  private var stages: [any DecodingStage]

  init(_ stages: [any DecodingStage]) { self.stages = stages }

  mutating func append(_ piece: [UInt8]) -> [UInt8] { push([piece], from: 0) }

  mutating func finish() -> [UInt8] {
    var rest: [UInt8] = []
    for index in stages.indices {
      let pieces = stages[index].finish()
      rest += push(pieces, from: index + 1)
    }
    return rest
  }

  private mutating func push(_ pieces: [[UInt8]], from first: Int) -> [UInt8] {
    var pieces = pieces
    for index in stages.indices.dropFirst(first) {
      pieces = pieces.flatMap { stages[index].append($0) }
    }
    return Array(pieces.joined())
  }
}

/// A step that changes every piece by itself.
struct PiecewiseStage: DecodingStage {
  let change: @Sendable ([UInt8]) -> [UInt8]

  mutating func append(_ piece: [UInt8]) -> [[UInt8]] { [change(piece)] }
  mutating func finish() -> [[UInt8]] { [] }
}

/// A step whose result is not certain before all pieces are there.
struct WholeStage: DecodingStage {
  let change: @Sendable ([[UInt8]]) -> [[UInt8]]
  /// Whether the pieces are parts of one.
  let isFused: Bool
  private var pieces: [[UInt8]] = []

  init(isFused: Bool, _ change: @escaping @Sendable ([[UInt8]]) -> [[UInt8]]) {
    (self.isFused, self.change) = (isFused, change)
  }

  mutating func append(_ piece: [UInt8]) -> [[UInt8]] {
    pieces.append(piece)
    return []
  }

  mutating func finish() -> [[UInt8]] {
    change(isFused ? [Array(pieces.joined())] : pieces)
  }
}

/// Pieces with spaces between them.
struct SpacingStage: DecodingStage {
  private var isFirst = true

  mutating func append(_ piece: [UInt8]) -> [[UInt8]] {
    defer { isFirst = false }
    return [isFirst ? piece : [0x20] + piece]
  }

  mutating func finish() -> [[UInt8]] { [] }
}

/// Runs of byte pieces, whose text is certain where the run ends: one byte that does not fit makes
/// replacement characters of all of them.
struct ByteRunStage: DecodingStage {
  /// What a run becomes.
  let text: @Sendable ([UInt8]) -> [UInt8]
  private var run: [UInt8] = []

  init(_ text: @escaping @Sendable ([UInt8]) -> [UInt8]) { self.text = text }

  mutating func append(_ piece: [UInt8]) -> [[UInt8]] {
    if let byte = BytePiece.byte(ofPiece: piece) {
      run.append(byte)
      return []
    }
    return finish() + [piece]
  }

  mutating func finish() -> [[UInt8]] {
    guard !run.isEmpty else { return [] }
    defer { run = [] }
    return [text(run)]
  }
}

/// Replacement in one long piece whose parts come one by one.
struct FusedReplacementStage: DecodingStage {
  let replacement: ByteReplacement
  private var held: [UInt8] = []

  init(_ replacement: ByteReplacement) { self.replacement = replacement }

  mutating func append(_ piece: [UInt8]) -> [[UInt8]] {
    held += piece
    let pattern = replacement.pattern
    var (result, position): ([UInt8], Int) = ([], 0)
    while position < held.count {
      let rest = held[position...]
      if rest.starts(with: pattern) {
        result += replacement.content
        position += pattern.count
      } else if pattern.starts(with: rest) {
        break
      } else {
        result.append(held[position])
        position += 1
      }
    }
    held.removeFirst(position)
    return [result]
  }

  mutating func finish() -> [[UInt8]] {
    defer { held = [] }
    return [held]
  }
}

/// Copies of a character taken from both ends of one long piece whose parts come one by one.
struct FusedStripStage: DecodingStage {
  let content: [UInt8]
  private var start: Int
  private let stop: Int
  private let reserve: Int
  private var held: [UInt8] = []

  init(_ content: [UInt8], start: Int, stop: Int) {
    (self.content, self.start, self.stop) = (content, start, stop)
    let (bytes, overflow) = stop.multipliedReportingOverflow(by: content.count)
    reserve = overflow ? .max : bytes
  }

  mutating func append(_ piece: [UInt8]) -> [[UInt8]] {
    held += piece
    while start > 0 {
      if held.starts(with: content) {
        held.removeFirst(content.count)
        start -= 1
      } else if content.starts(with: held) {
        return []
      } else {
        start = 0
      }
    }
    let certain = max(0, held.count - reserve)
    defer { held.removeFirst(certain) }
    return [Array(held[..<certain])]
  }

  mutating func finish() -> [[UInt8]] {
    defer { held = [] }
    return [PieceDecoder.stripped(held, of: content, 0, stop)]
  }
}
