// SPDX-License-Identifier: Apache-2.0

/// A queue of pairs by rank, the leftmost first among equals, whatever order they came in.
struct MinimumHeap: ~Copyable {
  /// The rank above, the position below.
  private var entries = WorkBuffer<UInt64>(capacity: 256)
  private var count = 0

  mutating func removeAll() { count = 0 }

  mutating func trim(to limit: Int) { entries.trim(to: limit) }

  /// Adds an entry without regard to order; ``restore()`` must follow.
  mutating func append(_ rank: UInt32, _ position: Int) {
    if count == entries.capacity { entries.reserve(count + count / 2, keeping: count) }
    entries.base[count] = UInt64(rank) << 32 | UInt64(truncatingIfNeeded: position)
    count += 1
  }

  /// Brings entries in order that were appended.
  mutating func restore() {
    for parent in stride(from: count / 2 - 1, through: 0, by: -1) { sink(parent) }
  }

  /// Adds an entry.
  mutating func insert(_ rank: UInt32, _ position: Int) {
    append(rank, position)
    let base = entries.base
    var child = count - 1
    let entry = base[child]
    while child > 0 {
      let parent = (child - 1) / 2
      guard entry < base[parent] else { break }
      base[child] = base[parent]
      child = parent
    }
    base[child] = entry
  }

  /// Takes the best entry.
  mutating func popFirst() -> (rank: UInt32, position: Int)? {
    guard count > 0 else { return nil }
    let first = entries.base[0]
    count -= 1
    entries.base[0] = entries.base[count]
    sink(0)
    return (UInt32(first >> 32), Int(first & 0xFFFF_FFFF))
  }

  private mutating func sink(_ start: Int) {
    let base = entries.base
    var parent = start
    let entry = base[parent]
    while 2 * parent + 1 < count {
      var child = 2 * parent + 1
      if child + 1 < count, base[child + 1] < base[child] { child += 1 }
      guard base[child] < entry else { break }
      base[parent] = base[child]
      parent = child
    }
    base[parent] = entry
  }
}
