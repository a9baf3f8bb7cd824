// SPDX-License-Identifier: Apache-2.0

/// `Lowercase`: every scalar by itself, so that a final sigma is one as any other.
struct LowercaseNormalizer: NormalizationStep {
  private static let map = ASCIIMap { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }

  func apply(to text: inout AlignedText) {
    let lowerCase = LowerCase.shared
    let map = Self.map
    text.rewrite { text in
      let old = text.old
      old.withUnsafeBufferPointer { bytes in
        while text.position < bytes.count {
          text.map(bytes.endOfASCII(from: text.position) - text.position, through: map)
          var position = text.position
          while position < bytes.count, bytes[position] >= 0x80 {
            let (scalar, length) = bytes.scalar(at: position)
            let lowered = lowerCase(scalar)
            if scalar == LowerCase.dottedCapitalI {
              text.keep(position - text.position)
              text.put([0x69, 0xCC, 0x87], replacing: length)
            } else if lowered != scalar, let lowered = Unicode.Scalar(lowered) {
              text.keep(position - text.position)
              text.put(lowered, replacing: length)
            }
            position += length
          }
          text.keep(position - text.position)
        }
      }
    }
  }
}
