// SPDX-License-Identifier: Apache-2.0

/// Reads the numbers of a row of ``UnicodeTables``: digits of five bits, the lowest first; a digit of
/// 32 and above says that another follows.
struct UnicodeRow {
  private let digits: UnsafeBufferPointer<UInt8>
  private var position = 0

  init(_ row: StaticString) {
    digits = UnsafeBufferPointer(start: row.utf8Start, count: row.utf8CodeUnitCount)
  }

  var isAtEnd: Bool { position == digits.count }

  mutating func number() -> Int {
    var (value, shift) = (0, 0)
    while true {
      let digit = Self.value(of: digits[position])
      position += 1
      value |= (digit & 31) << shift
      if digit < 32 { return value }
      shift += 5
    }
  }

  /// A number that may be negative: its lowest bit says so.
  mutating func signed() -> Int {
    let value = number()
    return value & 1 == 0 ? value >> 1 : -(value >> 1) - 1
  }

  private static func value(of digit: UInt8) -> Int {
    switch digit {
    case 0x30...0x39: Int(digit) - 0x30
    case 0x41...0x5A: Int(digit) - 0x41 + 10
    case 0x61...0x7A: Int(digit) - 0x61 + 36
    case UInt8(ascii: "-"): 62
    default: 63
    }
  }
}
