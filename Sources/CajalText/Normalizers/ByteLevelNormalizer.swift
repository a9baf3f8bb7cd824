// SPDX-License-Identifier: Apache-2.0

/// `ByteLevel`: a printable character for every byte.
struct ByteLevelNormalizer: NormalizationStep {
  /// The character of each byte: printable Latin-1 stands for itself, the others in order from U+0100.
  ///
  /// - Source: `encoder.py` of <https://github.com/openai/gpt-2>.
  static let characters: [UInt16] = {
    var next: UInt16 = 0x100
    return (UInt16(0)...255).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return byte
      default:
        next += 1
        return next - 1
      }
    }
  }()

  func apply(to text: inout AlignedText) {
    let characters = Self.characters
    text.rewrite { text in
      let old = text.old
      old.withUnsafeBufferPointer { bytes in
        var position = 0
        var scalars = ScalarWriter()
        while position < bytes.count {
          if (0x21...0x7E).contains(bytes[position]) {
            position += 1
            continue
          }
          text.keep(position - text.position)
          let length = lengthOfScalar(beginningWith: bytes[position])
          scalars.removeAll()
          for byte in bytes[position..<position + length] {
            scalars.append(UInt32(characters[Int(byte)]))
          }
          text.put(scalars, replacing: length)
          position += length
        }
      }
    }
  }
}
