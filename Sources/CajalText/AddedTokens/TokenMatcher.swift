// SPDX-License-Identifier: Apache-2.0

/// Finds many strings in a text at once: the leftmost first, of several the longest.
///
/// The strings stand in a tree from their last byte to their first, with links from every node to the
/// longest other beginning of a string that its path ends with. One pass from the end of the text to
/// its beginning then tells, for every position, the longest string that begins there, and one pass
/// over these picks the matches. Whatever the strings and the text, that is linear; the other way
/// round, from the beginning, matches would have to be tried and taken back.
///
/// - Source: Aho and Corasick 1975 <https://doi.org/10.1145/360825.360855>.
struct TokenMatcher: Sendable {
  /// A string that was found.
  struct Match: Equatable {
    /// The position of the string in the list.
    var string: Int
    var range: Range<Int>
  }

  /// For every node its first child; children are neighbours, those of the next node follow.
  private var firstChild: [Int32] = [1]
  /// For every node the byte that leads to it.
  private var labels: [UInt8] = [0]
  /// For every node the one to go on from when no child fits.
  private var links: [Int32] = [0]
  /// For every node the longest string that its path ends with, or −1.
  private var longest: [Int32] = [-1]
  /// For every byte the root's child, or 0.
  private var rootChild = [Int32](repeating: 0, count: 256)
  private let lengths: [Int32]

  /// Strings without empty ones; of equal ones the first is found.
  ///
  /// - Precondition: Together they have less than 2³¹ bytes.
  init(_ strings: [[UInt8]]) {
    lengths = strings.map { Int32($0.count) }
    let order = strings.indices.sorted { first, second in
      let (left, right) = (strings[first], strings[second])
      if left.reversed().lexicographicallyPrecedes(right.reversed()) { return true }
      return first < second && left == right
    }
    build(order.map { (index: $0, bytes: strings[$0]) })
    link()
  }

  /// Lays the tree out level by level from strings in the order of their reversed bytes.
  private mutating func build(_ strings: [(index: Int, bytes: [UInt8])]) {
    var level = [0..<strings.count]
    var depth = 0
    while !level.isEmpty {
      var next: [Range<Int>] = []
      for range in level {
        var start = range.lowerBound
        let node = firstChild.count - 1
        while start < range.upperBound, strings[start].bytes.count == depth {
          if longest[node] < 0 { longest[node] = Int32(strings[start].index) }
          start += 1
        }
        while start < range.upperBound {
          let label = Self.byte(strings[start].bytes, depth)
          var end = start + 1
          while end < range.upperBound, Self.byte(strings[end].bytes, depth) == label { end += 1 }
          labels.append(label)
          links.append(0)
          longest.append(-1)
          next.append(start..<end)
          start = end
        }
        firstChild.append(Int32(labels.count))
      }
      level = next
      depth += 1
    }
  }

  /// A byte counted from the end.
  private static func byte(_ bytes: [UInt8], _ depth: Int) -> UInt8 {
    bytes[bytes.count - 1 - depth]
  }

  /// Sets the links level by level; children have higher numbers than their parents.
  private mutating func link() {
    for child in Int(firstChild[0])..<Int(firstChild[1]) {
      rootChild[Int(labels[child])] = Int32(child)
    }
    for node in 0..<labels.count {
      for child in Int(firstChild[node])..<Int(firstChild[node + 1]) {
        if node > 0 { links[child] = Int32(step(Int(links[node]), labels[child])) }
        if longest[child] < 0 { longest[child] = longest[Int(links[child])] }
      }
    }
  }

  /// The node that a byte leads to.
  private func step(_ node: Int, _ byte: UInt8) -> Int {
    var node = node
    while node != 0 {
      if let child = child(node, byte) { return child }
      node = Int(links[node])
    }
    return Int(rootChild[Int(byte)])
  }

  private func child(_ node: Int, _ byte: UInt8) -> Int? {
    var (low, high) = (Int(firstChild[node]), Int(firstChild[node + 1]))
    while low < high {
      let middle = (low + high) / 2
      if labels[middle] == byte { return middle }
      if labels[middle] < byte { low = middle + 1 } else { high = middle }
    }
    return nil
  }
}

// MARK: - Search
extension TokenMatcher {
  /// All matches, none of which overlap, in order.
  ///
  /// - Parameter text: Less than 4 GB.
  /// - Cost: one pass; a table look-up a byte as long as no string ends there.
  func matches(in text: UnsafeBufferPointer<UInt8>) -> [Match] {
    var matches: [Match] = []
    var end = 0
    for beginning in beginnings(in: text).reversed() where beginning.start >= end {
      let (start, string) = (Int(beginning.start), Int(beginning.string))
      end = start + Int(lengths[string])
      matches.append(Match(string: string, range: start..<end))
    }
    return matches
  }

  /// From the end to the beginning: where strings begin, and the longest of each place.
  private func beginnings(
    in text: UnsafeBufferPointer<UInt8>
  ) -> [(start: UInt32, string: Int32)] {
    var found: [(start: UInt32, string: Int32)] = []
    rootChild.withUnsafeBufferPointer { rootChild in
      var position = text.count
      var node = 0
      while true {
        if node == 0 {
          position = Self.skip(text, position, rootChild)
          if position == 0 { return }
        }
        position -= 1
        node = step(node, text[position])
        if longest[node] >= 0 { found.append((UInt32(position), longest[node])) }
        if position == 0 { return }
      }
    }
    return found
  }

  /// The end of the text before a position up to the last byte that ends a string.
  private static func skip(
    _ text: UnsafeBufferPointer<UInt8>, _ position: Int,
    _ rootChild: UnsafeBufferPointer<Int32>
  ) -> Int {
    var position = position
    while position >= 8 {
      var any: Int32 = 0
      for offset in 1...8 { any |= rootChild[Int(text[position &- offset])] }
      if any != 0 { break }
      position -= 8
    }
    while position > 0, rootChild[Int(text[position - 1])] == 0 { position -= 1 }
    return position
  }
}
