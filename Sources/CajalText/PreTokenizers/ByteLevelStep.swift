// SPDX-License-Identifier: Apache-2.0

/// `ByteLevel`: words as GPT-2 cuts them, and for each byte a printable character.
///
/// - Reference: `byte_level.rs` of <https://github.com/huggingface/tokenizers>.
struct ByteLevelStep: PreTokenizationStep {
  /// Whether a piece that does not begin with a space gets one.
  let addsPrefixSpace: Bool
  /// Where to cut; nil when other steps do that.
  let words: SplitStep?
  /// Whether the characters are really put; without it pieces stay bytes.
  var maps = true

  func apply(to tokens: inout PreTokens) throws(TextError) {
    if addsPrefixSpace {
      tokens.prepend([0x20]) { tokens, piece in
        tokens.text.bytes[Int(piece.start)] != 0x20
      }
    }
    try words?.apply(to: &tokens)
    if maps { Self.map(&tokens) }
  }

  private static func map(_ tokens: inout PreTokens) {
    let characters = ByteLevelNormalizer.characters
    var scalars = ScalarWriter()
    tokens.rewritePieces { text, piece in
      let end = Int(piece.end)
      while text.position < end {
        let byte = text.old[text.position]
        if (0x21...0x7E).contains(byte) {
          text.keep(1)
          continue
        }
        let length = lengthOfScalar(beginningWith: byte)
        scalars.removeAll()
        for offset in 0..<length {
          scalars.append(UInt32(characters[Int(text.old[text.position + offset])]))
        }
        text.put(scalars, replacing: length)
      }
    }
  }
}
