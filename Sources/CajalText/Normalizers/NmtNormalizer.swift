// SPDX-License-Identifier: Apache-2.0

/// `Nmt`: some control characters away, others and unusual spaces to plain spaces.
///
/// - Reference: `normalizers/unicode.rs` of <https://github.com/huggingface/tokenizers>.
struct NmtNormalizer: NormalizationStep {
  func apply(to text: inout AlignedText) {
    text.rewriteScalars { scalar in
      switch scalar {
      case 0x20...0x7E: .keep
      case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: .drop
      case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
        .replace(0x20)
      default: .keep
      }
    }
  }
}
