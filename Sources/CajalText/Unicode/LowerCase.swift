// SPDX-License-Identifier: Apache-2.0

/// Lower case of single scalars, without regard to their neighbours: Unicode 17.0.
struct LowerCase: Sendable {
  static let shared = LowerCase()

  /// The only scalar whose lower case is two: `i` and U+0307.
  static let dottedCapitalI: UInt32 = 0x130

  private var distances = UnicodeTable<Int32>(0)

  private init() {
    var row = UnicodeRow(UnicodeTables.lowerCase)
    var scalar = 0
    while !row.isAtEnd {
      scalar += row.number()
      let (count, step) = (row.number(), row.number())
      let distance = Int32(row.signed())
      for index in 0..<count { distances[UInt32(scalar + index * step)] = distance }
    }
  }

  /// The lower case; of ``dottedCapitalI`` the scalar itself.
  @inline(__always)
  func callAsFunction(_ scalar: UInt32) -> UInt32 {
    scalar &+ UInt32(bitPattern: distances[scalar])
  }
}
