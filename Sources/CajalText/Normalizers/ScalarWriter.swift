// SPDX-License-Identifier: Apache-2.0

/// A few scalars as UTF-8, in memory of fixed size: what takes the place of one scalar.
struct ScalarWriter: Collection {
  private var words: (UInt64, UInt64) = (0, 0)
  private(set) var endIndex = 0

  var startIndex: Int { 0 }

  func index(after index: Int) -> Int { index + 1 }

  @inline(__always)
  subscript(_ index: Int) -> UInt8 {
    UInt8(
      truncatingIfNeeded: index < 8 ? words.0 >> (8 * index) : words.1 >> (8 * (index - 8)))
  }

  mutating func removeAll() {
    words = (0, 0)
    endIndex = 0
  }

  /// Adds a scalar; there is room for four.
  @inline(__always)
  mutating func append(_ scalar: UInt32) {
    switch scalar {
    case ..<0x80: append(byte: scalar)
    case ..<0x800:
      append(byte: 0xC0 | scalar >> 6)
      append(byte: 0x80 | scalar & 0x3F)
    case ..<0x10000:
      append(byte: 0xE0 | scalar >> 12)
      append(byte: 0x80 | scalar >> 6 & 0x3F)
      append(byte: 0x80 | scalar & 0x3F)
    default:
      append(byte: 0xF0 | scalar >> 18)
      append(byte: 0x80 | scalar >> 12 & 0x3F)
      append(byte: 0x80 | scalar >> 6 & 0x3F)
      append(byte: 0x80 | scalar & 0x3F)
    }
  }

  @inline(__always)
  private mutating func append(byte: UInt32) {
    precondition(endIndex < 16, "more than four scalars in the place of one")
    if endIndex < 8 {
      words.0 |= UInt64(byte) << (8 * endIndex)
    } else {
      words.1 |= UInt64(byte) << (8 * (endIndex - 8))
    }
    endIndex += 1
  }

  /// Whether a scalar is all there is.
  @inline(__always)
  func holds(_ scalar: UInt32) -> Bool {
    var other = ScalarWriter()
    other.append(scalar)
    return endIndex == other.endIndex && words == other.words
  }
}
