// SPDX-License-Identifier: Apache-2.0

/// A value for every Unicode scalar, found with two reads: the scalar's page, then its place there.
///
/// Pages on which every scalar has the value of the first page made share its memory.
struct UnicodeTable<Value: Sendable & Equatable>: Sendable {
  private static var pageBits: UInt32 { 7 }
  private static var pageSize: Int { 1 << Int(pageBits) }

  private var pages: [UInt16]
  private var values: [Value]
  private let initial: Value

  /// The same value for all.
  init(_ value: Value) {
    initial = value
    pages = Array(repeating: 0, count: 0x110000 >> Int(Self.pageBits))
    values = Array(repeating: value, count: Self.pageSize)
  }

  /// A table from gaps, lengths and values.
  init(_ row: StaticString) where Value == UInt8 {
    self.init(0)
    var row = UnicodeRow(row)
    var scalar = 0
    while !row.isAtEnd {
      scalar += row.number()
      let count = row.number()
      let value = UInt8(truncatingIfNeeded: row.number())
      for one in scalar..<scalar + count { self[UInt32(one)] = value }
      scalar += count
    }
  }

  subscript(_ scalar: UInt32) -> Value {
    @inline(__always) get {
      let page = Int(pages[Int(scalar >> Self.pageBits)])
      return values[page << Int(Self.pageBits) | Int(scalar) & (Self.pageSize - 1)]
    }
    set {
      let number = Int(scalar >> Self.pageBits)
      if pages[number] == 0 {
        pages[number] = UInt16(values.count / Self.pageSize)
        values += repeatElement(initial, count: Self.pageSize)
      }
      values[Int(pages[number]) << Int(Self.pageBits) | Int(scalar) & (Self.pageSize - 1)] =
        newValue
    }
  }
}
