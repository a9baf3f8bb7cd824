// SPDX-License-Identifier: Apache-2.0

/// `Replace` of what a pattern matches; of the fused piece nothing is certain before it is whole.
struct PatternStage: DecodingStage {
  let pattern: Pattern
  let content: [UInt8]
  let isFused: Bool
  private var held: [UInt8] = []

  init(_ pattern: Pattern, content: [UInt8], isFused: Bool) {
    (self.pattern, self.content, self.isFused) = (pattern, content, isFused)
  }

  mutating func append(_ pieces: PieceBatch, to result: inout PieceBatch) {
    if isFused {
      held.append(contentsOf: pieces.bytes)
      return
    }
    for index in 0..<pieces.count {
      replace(pieces[index], &result.bytes)
      result.endPiece()
    }
  }

  mutating func finish(_ result: inout PieceBatch) {
    guard isFused else { return }
    replace(held[...], &result.bytes)
    result.endPiece()
    held = []
  }

  /// A piece at which the pattern gives up stays as it is: there is no text to refuse.
  ///
  /// Nothing is found in an empty piece.
  private func replace(_ piece: ArraySlice<UInt8>, _ result: inout [UInt8]) {
    if piece.isEmpty { return }
    let before = result.count
    do {
      try piece.withUnsafeBufferPointer { bytes throws(TextError) in
        var end = 0
        try pattern.matches(in: bytes) { match in
          result.append(contentsOf: bytes[end..<match.lowerBound])
          result.append(contentsOf: content)
          end = match.upperBound
        }
        result.append(contentsOf: bytes[end...])
      }
    } catch {
      result.removeSubrange(before...)
      result.append(contentsOf: piece)
    }
  }
}
