// SPDX-License-Identifier: Apache-2.0

/// The best way through a piece of text: for every position the last token of the best way there.
///
/// Sums are kept for as many positions as the longest token spans; for every byte of text stay six
/// bytes.
struct UnigramPath: ~Copyable {
  /// For each position how long the token is that ends there; zero where none does. After
  /// ``reverse(_:)``: that begins there.
  private(set) var lengths = WorkBuffer<UInt16>(capacity: 256)
  /// The number of that token.
  private(set) var ids = WorkBuffer<UInt32>(capacity: 256)
  private var sums = WorkBuffer<Double>(capacity: 256)
  private var mask = 255

  /// Makes room for a piece of text.
  mutating func prepare(_ count: Int, longest: Int) {
    lengths.reserve(count + 1)
    ids.reserve(count + 1)
    while mask <= max(4, longest) {
      mask = 2 * mask + 1
      sums.reserve(mask + 1)
    }
    for position in 0...count { lengths.base[position] = 0 }
    sums.base[0] = 0
  }

  /// Gives memory back that only an uncommonly long text needed.
  mutating func trim() {
    lengths.trim(to: 1 << 16)
    ids.trim(to: 1 << 16)
  }

  /// The sum of the best way to a position.
  @inline(__always)
  func sum(at position: Int) -> Double { sums.base[position & mask] }

  /// Notes a way to a position if it is the first or better; true if it is. Narrow sums are rounded
  /// to 32 bits before they are compared.
  @inline(__always)
  mutating func offer(_ sum: Double, _ id: UInt32, length: Int, to end: Int, isNarrow: Bool) -> Bool
  {
    let sum = isNarrow ? Double(Float(sum)) : sum
    guard lengths.base[end] == 0 || sum > sums.base[end & mask] else { return false }
    sums.base[end & mask] = sum
    lengths.base[end] = UInt16(truncatingIfNeeded: length)
    ids.base[end] = id
    return true
  }

  /// Turns the tokens of the best way round, from where they end to where they begin.
  mutating func reverse(_ count: Int) {
    var end = count
    var length = lengths.base[end]
    var id = ids.base[end]
    while end > 0 {
      let start = end - Int(length)
      let before = (lengths.base[start], ids.base[start])
      (lengths.base[start], ids.base[start]) = (length, id)
      (length, id) = before
      end = start
    }
  }
}
