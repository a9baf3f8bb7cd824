// SPDX-License-Identifier: Apache-2.0

/// Between which characters a merge may join two tokens: where none may, a text can be cut.
///
/// A token that covers the border between two characters comes of a merge whose left part ends with
/// the one and whose right part begins with the other. Where no merge of the vocabulary is of that
/// kind the border stays, whatever stands around it, and both sides can be merged by themselves. So a
/// text of many megabytes without a pre-tokenizer falls into words, each of which is merged once.
///
/// The filter sets a bit for the hash of two characters. What it lets pass by accident costs a cut and
/// never a token.
struct JoinFilter: Sendable {
  private var words: [UInt64]
  private let shift: UInt64
  private let multiplier = UInt64.random(in: .min ... .max) | 1

  /// - Parameter count: How many pairs are expected.
  init(reserving count: Int) {
    var bits: UInt64 = 12
    while 1 << bits < 8 * count, bits < 23 { bits += 1 }
    shift = 64 - bits
    words = [UInt64](repeating: 0, count: 1 << Int(bits - 6))
  }

  @inline(__always)
  fileprivate static func bit(
    _ left: UInt32, _ right: UInt32, _ multiplier: UInt64, _ shift: UInt64
  ) -> UInt64 {
    let mixed = (UInt64(left) << 32 | UInt64(right)) &* multiplier
    return ((mixed ^ mixed >> 32) &* 0x9E37_79B9_7F4A_7C15) >> shift
  }

  /// Notes that a merge joins a token that ends with one character and one that begins with another.
  mutating func insert(_ left: UInt32, _ right: UInt32) {
    let bit = Self.bit(left, right, multiplier, shift)
    words[Int(bit >> 6)] |= 1 << (bit & 63)
  }

  /// Calls a closure with the filter itself, for loops over a text.
  @inline(__always)
  func withView<Result, Failure: Error>(
    _ body: (View) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try words.withUnsafeBufferPointer { words throws(Failure) in
      try body(View(words: words, shift: shift, multiplier: multiplier))
    }
  }

  struct View {
    fileprivate let words: UnsafeBufferPointer<UInt64>
    fileprivate let shift: UInt64
    fileprivate let multiplier: UInt64

    /// Whether a merge may join tokens across the border between two characters.
    @inline(__always)
    func mayJoin(_ left: UInt32, _ right: UInt32) -> Bool {
      let bit = JoinFilter.bit(left, right, multiplier, shift)
      return words[Int(truncatingIfNeeded: bit >> 6)] >> (bit & 63) & 1 == 1
    }
  }
}
