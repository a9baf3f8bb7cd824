// SPDX-License-Identifier: Apache-2.0

/// `Metaspace`: a visible character in the place of spaces, and before the text; words begin with it.
///
/// - Reference: `metaspace.rs` of <https://github.com/huggingface/tokenizers>.
struct MetaspaceStep: PreTokenizationStep {
  /// Which pieces get the character before them, where they do not begin with it.
  enum Prepending: String, Sendable {
    case always
    case never
    /// Only the piece at the beginning of the original.
    case first
  }

  private let replacement: [UInt8]
  private let prepending: Prepending
  private let splits: Bool

  init(replacement: Unicode.Scalar, prepending: Prepending, splits: Bool) {
    self.replacement = Array(String(replacement).utf8)
    self.prepending = prepending
    self.splits = splits
  }

  /// Whether the text's origin decides what becomes of a piece.
  var asksForOrigin: Bool { prepending == .first }

  func apply(to tokens: inout PreTokens) {
    replaceSpaces(&tokens)
    let isWhole = tokens.pieces.count == 1 && tokens.pieces[0].count == tokens.text.bytes.count
    switch prepending {
    case .never: break
    case .always: tokens.prepend(replacement) { !$0.begins($1, with: replacement) }
    case .first:
      tokens.prepend(replacement) { tokens, piece in
        !tokens.begins(piece, with: replacement)
          && (isWhole ? tokens.text.base : Int(tokens.text.source(of: piece).start)) == 0
      }
    }
    if splits { cut(&tokens) }
  }

  private func replaceSpaces(_ tokens: inout PreTokens) {
    if replacement == [0x20] { return }
    tokens.rewritePieces { text, piece in
      let end = Int(piece.end)
      while text.position < end {
        var next = text.position
        while next < end, text.old[next] != 0x20 { next += 1 }
        text.keep(next - text.position)
        if next < end { text.put(replacement, replacing: 1) }
      }
    }
  }

  /// Begins a piece at every replacement character.
  private func cut(_ tokens: inout PreTokens) {
    var pieces: [ByteSpan] = []
    pieces.reserveCapacity(tokens.text.bytes.count / 6)
    tokens.text.bytes.withUnsafeBufferPointer { bytes in
      for piece in tokens.pieces {
        var start = piece.start
        var position = Int(piece.start)
        let end = Int(piece.end)
        while position + replacement.count <= end {
          guard bytes[position] == replacement[0], isReplacement(bytes, position) else {
            position += 1
            continue
          }
          if Int(start) < position { pieces.append(ByteSpan(start, UInt32(position))) }
          start = UInt32(position)
          position += replacement.count
        }
        if start < piece.end { pieces.append(ByteSpan(start, piece.end)) }
      }
    }
    tokens.pieces = pieces
  }

  private func isReplacement(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
    for (offset, byte) in replacement.enumerated() where bytes[position + offset] != byte {
      return false
    }
    return true
  }
}
