// SPDX-License-Identifier: Apache-2.0

extension PreTokens {
  /// Rewrites the text piece by piece; a piece that becomes empty is dropped.
  ///
  /// - Parameter body: Reads exactly the bytes of the piece, whose start and end are given.
  mutating func rewritePieces(_ body: (inout Rewriting, ByteSpan) -> Void) {
    let old = pieces
    var new: [ByteSpan] = []
    new.reserveCapacity(old.count)
    text.rewrite { text in
      for piece in old {
        text.keep(Int(piece.start) - text.position)
        let start = text.newCount
        body(&text, piece)
        if text.newCount > start { new.append(ByteSpan(start..<text.newCount)) }
      }
    }
    pieces = new
  }

  /// Puts a character before the pieces that a test names.
  ///
  /// It stands for the first character of the piece; so the reference has it.
  mutating func prepend(_ bytes: [UInt8], where isNamed: (PreTokens, ByteSpan) -> Bool) {
    let tokens = self
    guard pieces.contains(where: { isNamed(tokens, $0) }) else { return }
    rewritePieces { text, piece in
      if isNamed(tokens, piece) {
        let length = lengthOfScalar(beginningWith: text.old[text.position])
        let first = Array(text.old[text.position..<text.position + length])
        text.put(bytes, replacing: length)
        text.put(first, replacing: 0)
      }
      text.keep(Int(piece.end) - text.position)
    }
  }

  /// Whether a piece begins with some bytes.
  func begins(_ piece: ByteSpan, with bytes: [UInt8]) -> Bool {
    piece.count >= bytes.count && text.bytes[piece.range].starts(with: bytes)
  }
}
