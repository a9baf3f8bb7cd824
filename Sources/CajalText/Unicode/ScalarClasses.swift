// SPDX-License-Identifier: Apache-2.0

/// The sets of scalars that normalizers ask for, each as of the version of Unicode that the reference
/// has for it.
struct ScalarClasses: Sendable {
  static let shared = ScalarClasses()

  private let table = UnicodeTable<UInt8>(UnicodeTables.classes)

  /// What ``BertNormalizer`` cleans away: NUL, U+FFFD, and of Unicode 8.0 control characters but for
  /// tab and line ends, formats and private use.
  @inline(__always)
  func isCleaned(_ scalar: UInt32) -> Bool { table[scalar] & 1 != 0 }

  /// A non-spacing mark of Unicode 8.0.
  @inline(__always)
  func isNonspacingMark(_ scalar: UInt32) -> Bool { table[scalar] & 2 != 0 }

  /// A mark of Unicode 9.0, of whatever kind.
  @inline(__always)
  func isMark(_ scalar: UInt32) -> Bool { table[scalar] & 4 != 0 }

  /// The property White_Space, which has been the same since Unicode 6.3.
  @inline(__always)
  static func isWhiteSpace(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x20, 0x09...0x0D, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
      0x3000:
      true
    default: false
    }
  }

  /// The blocks that BERT calls Chinese characters.
  ///
  /// - Source: `tokenization.py` of <https://github.com/google-research/bert>; the reference begins
  ///   the last block of unified ideographs at U+2B920.
  @inline(__always)
  static func isChinese(_ scalar: UInt32) -> Bool {
    guard scalar >= 0x3400 else { return false }
    switch scalar {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      return true
    default: return false
    }
  }
}
