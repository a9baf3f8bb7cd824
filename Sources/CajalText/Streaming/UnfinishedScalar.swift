// SPDX-License-Identifier: Apache-2.0

/// The beginning of a scalar at the end of some UTF-8.
enum UnfinishedScalar {
  /// How many bytes at the end begin a scalar that bytes to come may end; at most three.
  static func length(in bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let first = bytes[bytes.count - length]
      if first & 0xC0 == 0x80 { continue }
      guard first >= 0xC2, first <= 0xF4 else { return 0 }
      let announced = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      guard length < announced else { return 0 }
      return length == 1 || second(after: first).contains(bytes[bytes.count - length + 1])
        ? length : 0
    }
    return 0
  }

  /// What may stand behind a first byte: neither overlong forms nor surrogates nor what is too large.
  private static func second(after first: UInt8) -> ClosedRange<UInt8> {
    switch first {
    case 0xE0: 0xA0...0xBF
    case 0xED: 0x80...0x9F
    case 0xF0: 0x90...0xBF
    case 0xF4: 0x80...0x8F
    default: 0x80...0xBF
    }
  }
}
