// SPDX-License-Identifier: Apache-2.0

/// `FixedLength`: pieces of some number of characters, the last maybe shorter.
///
/// - Reference: `fixed_length.rs` of <https://github.com/huggingface/tokenizers>.
struct FixedLengthStep: PreTokenizationStep {
  /// How many Unicode scalars a piece has; at least one.
  let length: Int

  func apply(to tokens: inout PreTokens) {
    var pieces: [ByteSpan] = []
    tokens.text.bytes.withUnsafeBufferPointer { bytes in
      for piece in tokens.pieces {
        var start = Int(piece.start)
        var position = start
        let end = Int(piece.end)
        var count = 0
        while position < end {
          position += lengthOfScalar(beginningWith: bytes[position])
          count += 1
          if count == length || position == end {
            pieces.append(ByteSpan(start..<position))
            start = position
            count = 0
          }
        }
      }
    }
    tokens.pieces = pieces
  }
}
