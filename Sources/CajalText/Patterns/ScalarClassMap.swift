// SPDX-License-Identifier: Apache-2.0

/// Numbers the scalars by the sets they belong to: alike for all sets, alike in number.
struct ScalarClassMap: Sendable {
  /// The number of each scalar below 128.
  let ascii: [UInt8]
  /// Where in ``blocks`` the block of 64 scalars begins.
  let starts: [UInt16]
  /// The numbers of 64 scalars a block; blocks that are equal are kept once.
  let blocks: [UInt8]
  /// How many numbers there are.
  let count: Int
  /// For each number, whether it belongs to each of the sets.
  let membership: [[Bool]]

  /// Nothing when more than 200 numbers were needed.
  init?(_ sets: [ScalarSet]) {
    var bounds = Set<UInt32>([0])
    for set in sets {
      for range in set.ranges {
        bounds.insert(range.lowerBound)
        bounds.insert(range.upperBound)
      }
    }
    bounds.remove(0x11_0000)
    let sorted = bounds.sorted()
    var cursors = [Int](repeating: 0, count: sets.count)
    var numbers: [[Bool]: UInt8] = [:]
    var membership: [[Bool]] = []
    var runs: [(start: UInt32, number: UInt8)] = []
    for start in sorted {
      var key = [Bool](repeating: false, count: sets.count)
      for (index, set) in sets.enumerated() {
        while cursors[index] < set.ranges.count, set.ranges[cursors[index]].upperBound <= start {
          cursors[index] += 1
        }
        key[index] =
          cursors[index] < set.ranges.count && set.ranges[cursors[index]].lowerBound <= start
      }
      if let number = numbers[key] {
        runs.append((start, number))
      } else {
        guard membership.count < 200 else { return nil }
        let number = UInt8(membership.count)
        numbers[key] = number
        membership.append(key)
        runs.append((start, number))
      }
    }
    self.membership = membership
    count = membership.count
    (starts, blocks) = Self.tables(runs)
    let (firstStarts, allBlocks) = (starts, blocks)
    ascii = (0..<128).map { allBlocks[Int(firstStarts[$0 >> 6]) * 64 + ($0 & 63)] }
  }

  private static func tables(
    _ runs: [(start: UInt32, number: UInt8)]
  ) -> (starts: [UInt16], blocks: [UInt8]) {
    var starts: [UInt16] = []
    starts.reserveCapacity(0x11_0000 / 64)
    var blocks: [UInt8] = []
    var known: [[UInt8]: UInt16] = [:]
    var uniform = [UInt16?](repeating: nil, count: 256)
    var run = 0
    for block in 0..<UInt32(0x11_0000 / 64) {
      let start = block * 64
      while run + 1 < runs.count, runs[run + 1].start <= start { run += 1 }
      let isUniform = run + 1 == runs.count || runs[run + 1].start >= start + 64
      if isUniform, let found = uniform[Int(runs[run].number)] {
        starts.append(found)
        continue
      }
      var numbers: [UInt8] = []
      numbers.reserveCapacity(64)
      for value in start..<start + 64 {
        while run + 1 < runs.count, runs[run + 1].start <= value { run += 1 }
        numbers.append(runs[run].number)
      }
      let index = known[numbers] ?? UInt16(blocks.count / 64)
      if known.updateValue(index, forKey: numbers) == nil { blocks += numbers }
      if isUniform { uniform[Int(numbers[0])] = index }
      starts.append(index)
    }
    return (starts, blocks)
  }
}
