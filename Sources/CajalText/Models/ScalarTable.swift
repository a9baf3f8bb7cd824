// SPDX-License-Identifier: Apache-2.0

/// A number for each Unicode scalar that has one, found in two steps without a comparison.
struct ScalarTable: Sendable {
  /// What scalars without a number have.
  static let none = UInt32.max

  private var blocks = [UInt16](repeating: 0, count: 0x110000 >> 8)
  private var values = [UInt32](repeating: Self.none, count: 256)

  subscript(scalar: UInt32) -> UInt32 {
    @inline(__always) get {
      guard scalar < 0x110000 else { return Self.none }
      return values[Int(blocks[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)]
    }
    set {
      let block = Int(scalar >> 8)
      if blocks[block] == 0 {
        blocks[block] = UInt16(values.count >> 8)
        values.append(contentsOf: repeatElement(Self.none, count: 256))
      }
      values[Int(blocks[block]) << 8 | Int(scalar & 0xFF)] = newValue
    }
  }

  /// Calls a closure with the tables themselves, for loops over a text.
  @inline(__always)
  func withView<Result, Failure: Error>(
    _ body: (View) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try blocks.withUnsafeBufferPointer { blocks throws(Failure) in
      try values.withUnsafeBufferPointer { values throws(Failure) in
        try body(View(blocks: blocks, values: values))
      }
    }
  }

  struct View {
    fileprivate let blocks: UnsafeBufferPointer<UInt16>
    fileprivate let values: UnsafeBufferPointer<UInt32>

    /// The number of a scalar below U+110000.
    @inline(__always)
    subscript(scalar: UInt32) -> UInt32 {
      values[Int(blocks[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)]
    }
  }
}
