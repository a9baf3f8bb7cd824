// SPDX-License-Identifier: Apache-2.0

/// The scalars of scripts and of the properties for emoji, in Unicode 16.
///
/// The standard library does not tell the script of a scalar.
enum ScriptTable {
  /// The scalars by a name in lower case without underscores, such as `han` or `hani`.
  static func scalars(of name: String) -> ScalarSet? {
    guard let list = lists[name[...]] else { return nil }
    var ranges: [Range<UInt32>] = []
    var position: UInt32 = 0
    var isMember = false
    for word in list {
      let count = UInt32(word, radix: 36) ?? 0
      if isMember { ranges.append(position..<position + count) }
      position += count
      isMember.toggle()
    }
    return ScalarSet(ranges)
  }

  private static let lists: [Substring: [Substring]] = {
    var lists: [Substring: [Substring]] = [:]
    for entry in data.split(separator: "\n").reduce(into: [[Substring]](), addLine) {
      for name in entry[0].split(separator: "=") { lists[name] = Array(entry.dropFirst()) }
    }
    return lists
  }()

  private static func addLine(_ entries: inout [[Substring]], _ line: Substring) {
    let words = line.split(separator: " ")
    if line.hasPrefix(" "), !entries.isEmpty {
      entries[entries.count - 1] += words
    } else {
      entries.append(words)
    }
  }
}
