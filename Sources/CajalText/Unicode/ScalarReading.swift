// SPDX-License-Identifier: Apache-2.0

/// Reads the scalars of valid UTF-8, without a check.
extension UnsafeBufferPointer<UInt8> {
  /// The scalar that begins at a byte, and how many bytes it has.
  @inline(__always)
  func scalar(at index: Int) -> (scalar: UInt32, length: Int) {
    let first = UInt32(self[index])
    if first < 0x80 { return (first, 1) }
    let second = UInt32(self[index + 1]) & 0x3F
    if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
    let third = UInt32(self[index + 2]) & 0x3F
    if first < 0xF0 { return ((first & 0xF) << 12 | second << 6 | third, 3) }
    return ((first & 7) << 18 | second << 12 | third << 6 | UInt32(self[index + 3]) & 0x3F, 4)
  }

  /// Where the scalar before a byte begins; the byte is the beginning of another, or the end.
  func start(before index: Int) -> Int {
    var start = index - 1
    while start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }

  /// The first byte from an index on that is not ASCII, or the end.
  @inline(__always)
  func endOfASCII(from index: Int) -> Int {
    var position = index
    while position + 32 <= count {
      let block = UnsafeRawPointer(baseAddress.unsafelyUnwrapped + position)
        .loadUnaligned(as: SIMD4<UInt64>.self)
      guard block & SIMD4(repeating: 0x8080_8080_8080_8080) == .zero else { break }
      position += 32
    }
    while position < count, self[position] < 0x80 { position += 1 }
    return position
  }
}

/// How many bytes the scalar has in UTF-8 that begins with a byte.
@inline(__always)
func lengthOfScalar(beginningWith byte: UInt8) -> Int {
  byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
}
