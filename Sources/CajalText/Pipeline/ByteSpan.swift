// SPDX-License-Identifier: Apache-2.0

/// A stretch of a text in bytes; texts are limited to 4 GB where they enter.
struct ByteSpan: Sendable, Hashable {
  var start: UInt32
  var end: UInt32

  init(_ start: UInt32, _ end: UInt32) { (self.start, self.end) = (start, end) }

  init(_ range: Range<Int>) {
    self.init(UInt32(range.lowerBound), UInt32(range.upperBound))
  }

  var range: Range<Int> { Int(start)..<Int(end) }
  var count: Int { Int(end - start) }
  var isEmpty: Bool { start == end }
}
