// SPDX-License-Identifier: Apache-2.0

/// `UnicodeScripts`: cuts where the script changes.
///
/// Spaces and unassigned scalars belong to no script and go on from what is before them; those at
/// the beginning of a piece are lost, as in the reference. Kana count as Han.
///
/// - Reference: `unicode_scripts/pre_tokenizer.rs` of <https://github.com/huggingface/tokenizers>.
struct UnicodeScriptsStep: PreTokenizationStep {
  private static let table = UnicodeTable<UInt8>(row)

  func apply(to tokens: inout PreTokens) {
    let table = Self.table
    var pieces: [ByteSpan] = []
    tokens.text.bytes.withUnsafeBufferPointer { bytes in
      for piece in tokens.pieces {
        var position = Int(piece.start)
        let end = Int(piece.end)
        var start: Int?
        var lastScript: UInt8 = 0
        while position < end {
          let (scalar, length) = bytes.scalar(at: position)
          let script = table[scalar]
          if script != 0, script != lastScript {
            if let start { pieces.append(ByteSpan(start..<position)) }
            start = position
            lastScript = script
          }
          position += length
        }
        if let start { pieces.append(ByteSpan(start..<end)) }
      }
    }
    tokens.pieces = pieces
  }
}
