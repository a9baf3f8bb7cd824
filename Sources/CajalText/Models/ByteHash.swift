// SPDX-License-Identifier: Apache-2.0

/// A hash of bytes under a secret seed, so that nobody can write a file whose pieces all collide.
///
/// Two words at a time are multiplied to 128 bits and folded, which spreads every bit over all.
/// Idea: wyhash <https://github.com/wangyi-fudan/wyhash>.
struct ByteHash: Sendable {
  private let first: UInt64
  private let second: UInt64

  /// A hash of its own.
  init() {
    first = UInt64.random(in: .min ... .max)
    second = UInt64.random(in: .min ... .max)
  }

  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  /// The hash of two words.
  @inline(__always)
  func callAsFunction(_ low: UInt64, _ high: UInt64) -> UInt64 {
    Self.fold(low ^ first, high ^ second)
  }

  /// The hash of some bytes.
  @inline(__always)
  func callAsFunction(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    guard let base = bytes.baseAddress else { return self(0, 0) }
    let raw = UnsafeRawPointer(base)
    let count = bytes.count
    var low: UInt64 = 0
    var high: UInt64 = 0
    var state: UInt64 = 0
    if count >= 8 {
      var position = 0
      while position + 16 < count {
        state =
          self(
            raw.loadUnaligned(fromByteOffset: position, as: UInt64.self) ^ state,
            raw.loadUnaligned(fromByteOffset: position + 8, as: UInt64.self))
        position += 16
      }
      low = raw.loadUnaligned(
        fromByteOffset: count >= 16 ? count - 16 : 0, as: UInt64.self)
      high = raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    } else if count >= 4 {
      low = UInt64(raw.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
      high = UInt64(raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
    } else if count > 0 {
      low = UInt64(base[0]) << 16 | UInt64(base[count / 2]) << 8 | UInt64(base[count - 1])
    }
    return self(low ^ state, high ^ UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15)
  }
}
