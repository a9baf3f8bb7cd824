// SPDX-License-Identifier: Apache-2.0

/// A set of Unicode scalars as ranges in order that do not touch; surrogates belong to no set.
struct ScalarSet: Sendable, Hashable {
  /// The ranges, each up to but not including its upper bound.
  private(set) var ranges: [Range<UInt32>]

  /// Every scalar there is.
  static let all = ScalarSet(sorted: [0..<0xD800, 0xE000..<0x11_0000])

  /// No scalar.
  static let empty = ScalarSet(sorted: [])

  private init(sorted ranges: [Range<UInt32>]) { self.ranges = ranges }

  /// The union of ranges in any order; surrogates and empty ranges among them are left out.
  init(_ ranges: some Sequence<Range<UInt32>>) {
    let union = Self.joined(ranges.filter { !$0.isEmpty }.sorted { $0.lowerBound < $1.lowerBound })
    self.ranges = Self.common(union, Self.surrogatesLeftOut)
  }

  private static let surrogatesLeftOut: [Range<UInt32>] = [0..<0xD800, 0xE000..<0x11_0000]

  init(_ scalars: Unicode.Scalar...) {
    self.init(scalars.map { $0.value..<$0.value + 1 })
  }

  /// The scalars from one to another, both included.
  init(_ range: ClosedRange<UInt32>) {
    self.init(CollectionOfOne(range.lowerBound..<range.upperBound + 1))
  }

  private static func joined(_ sorted: [Range<UInt32>]) -> [Range<UInt32>] {
    var result: [Range<UInt32>] = []
    for range in sorted {
      if let last = result.last, range.lowerBound <= last.upperBound {
        result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }

  private static func common(
    _ left: [Range<UInt32>], _ right: [Range<UInt32>]
  ) -> [Range<UInt32>] {
    var result: [Range<UInt32>] = []
    var (i, j) = (0, 0)
    while i < left.count, j < right.count {
      let start = max(left[i].lowerBound, right[j].lowerBound)
      let end = min(left[i].upperBound, right[j].upperBound)
      if start < end { result.append(start..<end) }
      if left[i].upperBound < right[j].upperBound { i += 1 } else { j += 1 }
    }
    return result
  }

  func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

  func intersection(_ other: ScalarSet) -> ScalarSet {
    ScalarSet(sorted: Self.common(ranges, other.ranges))
  }

  func subtracting(_ other: ScalarSet) -> ScalarSet { intersection(other.inverted) }

  /// Every scalar that is not in the set.
  var inverted: ScalarSet {
    var gaps: [Range<UInt32>] = []
    var start: UInt32 = 0
    for range in ranges {
      if start < range.lowerBound { gaps.append(start..<range.lowerBound) }
      start = range.upperBound
    }
    if start < 0x11_0000 { gaps.append(start..<0x11_0000) }
    return ScalarSet(sorted: Self.common(gaps, Self.surrogatesLeftOut))
  }

  var isEmpty: Bool { ranges.isEmpty }

  func isSubset(of other: ScalarSet) -> Bool { intersection(other) == self }

  func isDisjoint(with other: ScalarSet) -> Bool { intersection(other).isEmpty }

  /// Whether a scalar is in the set, by binary search.
  func contains(_ value: UInt32) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= value
  }

  /// The only scalar of the set, if it has one.
  var single: UInt32? {
    guard ranges.count == 1, ranges[0].count == 1 else { return nil }
    return ranges[0].lowerBound
  }
}
