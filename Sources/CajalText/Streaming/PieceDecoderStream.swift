// SPDX-License-Identifier: Apache-2.0

/// All steps of a ``PieceDecoder``, one behind the other.
struct PieceDecoderStream: Sendable {
  private var stages: [any DecodingStage]
  private var current = PieceBatch()
  private var next = PieceBatch()

  init(_ stages: [any DecodingStage]) { self.stages = stages }

  /// Takes pieces and appends the text that is certain now.
  mutating func append(_ pieces: PieceBatch, to text: inout [UInt8]) {
    current = pieces
    push(from: 0, to: &text)
  }

  /// Appends the rest.
  mutating func finish(_ text: inout [UInt8]) {
    for index in stages.indices {
      current.removeAll()
      stages[index].finish(&current)
      push(from: index + 1, to: &text)
    }
  }

  private mutating func push(from first: Int, to text: inout [UInt8]) {
    for index in stages.indices.dropFirst(first) where current.count > 0 {
      next.removeAll()
      stages[index].append(current, to: &next)
      swap(&current, &next)
    }
    text.append(contentsOf: current.bytes)
  }
}
