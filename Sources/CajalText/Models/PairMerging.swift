// SPDX-License-Identifier: Apache-2.0

/// Joins neighbouring tokens, the best pair of the whole text first, until no pair is left.
///
/// A piece of ordinary length is searched for its best pair again after every merge, which for a few
/// dozen tokens is faster than anything clever. A longer one keeps a heap, in which only pairs stand
/// that are better than both their neighbours: no other pair can be the best of all. That keeps the
/// heap small — one entry for ten million equal letters — and the whole takes n log n.
struct PairMerging: ~Copyable {
  /// Up to so many tokens the best pair is searched for.
  static let shortLimit = 48

  /// Numbers of tokens: the characters before, the tokens after.
  private(set) var ids = WorkBuffer<UInt32>(capacity: 256)
  /// How many bytes each stands for, where that is tracked.
  private(set) var lengths = WorkBuffer<UInt32>(capacity: 256)
  private(set) var tracksLengths = false
  /// How many tokens there are.
  private(set) var count = 0
  /// The rank of the pair that begins at a token.
  private var ranks = WorkBuffer<UInt32>(capacity: 256)
  /// Short pieces: what the pair becomes. Long ones: how many characters a token covers, at its first
  /// and at its last character.
  private var extents = WorkBuffer<UInt32>(capacity: 256)
  private var heap = MinimumHeap()

  /// Forgets all tokens.
  ///
  /// - Parameter tracksLengths: Whether the lengths of those that follow are kept.
  mutating func removeAll(tracksLengths: Bool) {
    count = 0
    self.tracksLengths = tracksLengths
    if tracksLengths { lengths.reserve(ids.capacity) }
  }

  /// Makes room for so many more tokens.
  mutating func reserve(_ more: Int) {
    guard count + more > ids.capacity else { return }
    let wanted = max(count + more, 2 * ids.capacity)
    ids.reserve(wanted, keeping: count)
    if tracksLengths { lengths.reserve(wanted, keeping: count) }
  }

  /// Adds a token; there must be room.
  @inline(__always)
  mutating func append(_ id: UInt32, length: Int) {
    ids.base[count] = id
    if tracksLengths { lengths.base[count] = UInt32(truncatingIfNeeded: length) }
    count += 1
  }

  /// Gives memory back that only an uncommonly long text needed.
  mutating func trim() {
    let limit = 1 << 16
    ids.trim(to: limit)
    lengths.trim(to: limit)
    ranks.trim(to: limit)
    extents.trim(to: limit)
    heap.trim(to: limit)
  }

  /// Joins what can be joined.
  ///
  /// - Parameter bytes: The bytes that the tokens stand for, one each, where what their pairs become
  ///   is known beforehand.
  mutating func merge(_ pairs: PairTable.View, bytes: BytePairs? = nil) {
    guard count > 1 else { return }
    ranks.reserve(ids.capacity)
    extents.reserve(ids.capacity)
    if count <= Self.shortLimit {
      mergeShort(pairs, bytes)
    } else {
      mergeLong(pairs, bytes)
    }
  }
}

/// A stretch of bytes, and what any two bytes become.
struct BytePairs {
  let text: UnsafePointer<UInt8>
  /// One entry for each pair of bytes, the left one counting 256.
  let table: UnsafePointer<PairMerge>

  @inline(__always)
  func merge(_ index: Int) -> PairMerge {
    table[Int(text[index]) << 8 | Int(text[index + 1])]
  }
}

// MARK: - Short pieces
extension PairMerging {
  private mutating func mergeShort(_ pairs: PairTable.View, _ bytes: BytePairs?) {
    let (ids, ranks, results) = (ids.base, ranks.base, extents.base)
    var last = count - 1
    for index in 0..<last {
      let merge = bytes?.merge(index) ?? pairs[ids[index], ids[index + 1]]
      (ranks[index], results[index]) = (merge.rank, merge.id)
    }
    while last > 0 {
      var best = UInt32.max
      var place = 0
      for index in 0..<last where ranks[index] < best { (best, place) = (ranks[index], index) }
      guard best != .max else { break }
      ids[place] = results[place]
      if tracksLengths {
        lengths.base[place] += lengths.base[place + 1]
        for index in place + 1..<last { lengths.base[index] = lengths.base[index + 1] }
      }
      for index in place + 1..<last { ids[index] = ids[index + 1] }
      last -= 1
      for index in place + 1..<max(place + 1, last) {
        (ranks[index], results[index]) = (ranks[index + 1], results[index + 1])
      }
      if place < last {
        let merge = pairs[ids[place], ids[place + 1]]
        (ranks[place], results[place]) = (merge.rank, merge.id)
      }
      if place > 0 {
        let merge = pairs[ids[place - 1], ids[place]]
        (ranks[place - 1], results[place - 1]) = (merge.rank, merge.id)
      }
    }
    count = last + 1
  }
}

// MARK: - Long pieces
extension PairMerging {
  private mutating func mergeLong(_ pairs: PairTable.View, _ bytes: BytePairs?) {
    for index in 0..<count - 1 {
      ranks.base[index] =
        (bytes?.merge(index) ?? pairs[ids.base[index], ids.base[index + 1]]).rank
      extents.base[index] = 1
    }
    ranks.base[count - 1] = .max
    extents.base[count - 1] = 1
    heap.removeAll()
    for index in 0..<count where isBest(index) { heap.append(ranks.base[index], index) }
    heap.restore()
    while let (rank, index) = heap.popFirst() {
      if ranks.base[index] == rank { join(index, pairs) }
    }
    collect()
  }

  /// Whether the pair at a token goes before those on both its sides.
  private func isBest(_ index: Int) -> Bool {
    let rank = ranks.base[index]
    guard rank != .max else { return false }
    if index > 0, ranks.base[index - Int(extents.base[index - 1])] <= rank { return false }
    let next = index + Int(extents.base[index])
    return next >= count || ranks.base[next] >= rank
  }

  private mutating func join(_ index: Int, _ pairs: PairTable.View) {
    let (ids, ranks, extents) = (ids.base, ranks.base, extents.base)
    let right = index + Int(extents[index])
    let extent = extents[index] + extents[right]
    let next = index + Int(extent)
    let previous = index > 0 ? index - Int(extents[index - 1]) : -1
    let beforePrevious = previous > 0 ? previous - Int(extents[previous - 1]) : -1
    let nextWasBest = next < count && isBest(next)
    let beforePreviousWasBest = beforePrevious >= 0 && isBest(beforePrevious)
    ids[index] = pairs[ids[index], ids[right]].id
    extents[index] = extent
    extents[next - 1] = extent
    ranks[right] = .max
    ranks[index] = next < count ? pairs[ids[index], ids[next]].rank : .max
    if previous >= 0 {
      ranks[previous] = pairs[ids[previous], ids[index]].rank
      if isBest(previous) { heap.insert(ranks[previous], previous) }
    }
    if isBest(index) { heap.insert(ranks[index], index) }
    if next < count, !nextWasBest, isBest(next) { heap.insert(ranks[next], next) }
    if beforePrevious >= 0, !beforePreviousWasBest, isBest(beforePrevious) {
      heap.insert(ranks[beforePrevious], beforePrevious)
    }
  }

  private mutating func collect() {
    var index = 0
    var kept = 0
    while index < count {
      let extent = Int(extents.base[index])
      ids.base[kept] = ids.base[index]
      if tracksLengths {
        var length: UInt32 = 0
        for part in index..<index + extent { length += lengths.base[part] }
        lengths.base[kept] = length
      }
      index += extent
      kept += 1
    }
    count = kept
  }
}
