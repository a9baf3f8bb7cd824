// SPDX-License-Identifier: Apache-2.0

/// Merges a single piece step by step, looking up unions by their spelling.
struct UnionSearch {
  private var starts: [Int] = []
  private var ranks: [UInt32] = []

  /// Where the two parts meet that are left before the last merge; nil where more are left.
  ///
  /// - Parameters:
  ///   - inBytes: Whether the piece starts as bytes, not as characters.
  ///   - rank: The rank of a union, or nil where it is none.
  mutating func lastCut(
    of piece: UnsafeBufferPointer<UInt8>, inBytes: Bool,
    rank: (UnsafeBufferPointer<UInt8>) -> UInt32?
  ) -> Int? {
    starts.removeAll(keepingCapacity: true)
    for index in piece.indices where inBytes || piece[index] & 0xC0 != 0x80 { starts.append(index) }
    if starts.count == 2 { return starts[1] }
    starts.append(piece.count)
    ranks.removeAll(keepingCapacity: true)
    for index in 0..<max(0, starts.count - 2) { ranks.append(union(piece, index, rank)) }
    while starts.count > 3 {
      var best = UInt32.max
      var place = 0
      for index in ranks.indices where ranks[index] < best { (best, place) = (ranks[index], index) }
      guard best != .max else { return nil }
      starts.remove(at: place + 1)
      ranks.remove(at: place)
      if place < ranks.count { ranks[place] = union(piece, place, rank) }
      if place > 0 { ranks[place - 1] = union(piece, place - 1, rank) }
    }
    return starts.count == 3 ? starts[1] : nil
  }

  private func union(
    _ piece: UnsafeBufferPointer<UInt8>, _ index: Int,
    _ rank: (UnsafeBufferPointer<UInt8>) -> UInt32?
  ) -> UInt32 {
    rank(UnsafeBufferPointer(rebasing: piece[starts[index]..<starts[index + 2]])) ?? .max
  }
}
