// SPDX-License-Identifier: Apache-2.0

extension PatternAutomaton {
  /// How many bytes may be looked at for each byte of a text, beyond a million.
  static let workFactor = 256

  /// Hands out the matches in each of some stretches from left to right.
  ///
  /// - Parameters:
  ///   - bytes: Valid UTF-8.
  ///   - spans: Where to look; the pattern sees nothing beyond a stretch.
  ///   - visitor: Told of every stretch, and of its matches in positions of `bytes`.
  func matches(
    in bytes: UnsafeBufferPointer<UInt8>, spans: some Sequence<ByteSpan>,
    _ visitor: inout some MatchVisitor
  ) throws(TextError) {
    var isWithinLimit = true
    table.withUnsafeBufferPointer { table in
      classes.ascii.withUnsafeBufferPointer { ascii in
        classes.starts.withUnsafeBufferPointer { starts in
          classes.blocks.withUnsafeBufferPointer { blocks in
            var workLeft = 1_000_000 + Self.workFactor * bytes.count
            for span in spans where isWithinLimit {
              visitor.begin(at: Int(span.start))
              var walk = Walk(
                bytes: UnsafeBufferPointer(rebasing: bytes[span.range]), table: table,
                ascii: ascii, starts: starts, blocks: blocks, stride: stride, start: start,
                workLeft: workLeft)
              isWithinLimit = walk.all(offset: Int(span.start), &visitor)
              workLeft = walk.workLeft
              visitor.finish(at: Int(span.end))
            }
          }
        }
      }
    }
    if !isWithinLimit { throw Pattern.tooMuchWork }
  }

  /// One pass over a text.
  private struct Walk {
    let bytes: UnsafeBufferPointer<UInt8>
    let table: UnsafeBufferPointer<UInt32>
    let ascii: UnsafeBufferPointer<UInt8>
    let starts: UnsafeBufferPointer<UInt16>
    let blocks: UnsafeBufferPointer<UInt8>
    let stride: Int
    let start: Int
    /// A row and a stretch of positions at which it cannot lead to a match any more.
    var barren = (row: 0, from: 0, to: 0)
    var workLeft: Int

    /// False when the work went beyond the limit.
    @inline(__always)
    mutating func all(offset: Int, _ visitor: inout some MatchVisitor) -> Bool {
      var position = 0
      var lastEnd = -1
      while position <= bytes.count {
        let (end, stop) =
          position < barren.to
          ? run(from: position, isGuarded: true) : run(from: position, isGuarded: false)
        let reached = max(end, position)
        workLeft -= stop - position + 1
        if stop - reached > 256 {
          noteBarren(from: position, matched: reached)
          if workLeft < 0 { return false }
        }
        if end > position || end == position && end != lastEnd {
          visitor.take(offset + position, offset + end)
          lastEnd = end
          position = end
        } else {
          position = firstStart(from: after(position))
        }
      }
      return true
    }

    /// The first position from one on where a match may begin or be empty.
    private mutating func firstStart(from start: Int) -> Int {
      var position = start
      while position < bytes.count {
        let (column, next) = look(at: position)
        if table[self.start + column] != 0 { break }
        position = next
      }
      workLeft -= position - start
      return position
    }

    /// Walks from a start until nothing can match any more: the end of the match, -1 without one,
    /// and the position that was looked at last. A guarded walk stops where an earlier one has shown that
    /// nothing comes of it; which it is must be a literal, so that the other one does not ask.
    @inline(__always)
    private func run(from start: Int, isGuarded: Bool) -> (end: Int, stop: Int) {
      var row = self.start
      var end = -1
      var position = start
      while position < bytes.count {
        if isGuarded, row == barren.row, position >= barren.from, position < barren.to {
          return (end, position)
        }
        let (column, next) = look(at: position)
        let entry = table[row + column]
        if entry & 1 != 0 { end = position }
        row = Int(entry >> 1)
        if row == 0 { return (end, position) }
        position = next
      }
      return (table[row + stride - 1] & 1 != 0 ? bytes.count : end, bytes.count)
    }

    /// Finds the longest stretch after a match in which the walk stayed in one row.
    private mutating func noteBarren(from start: Int, matched: Int) {
      var row = self.start
      var position = start
      var stretch = (row: 0, from: 0, to: 0)
      var current = stretch
      while position < bytes.count, row != 0 {
        if position > matched, row == current.row {
          current.to = position + 1
        } else {
          current = (row, position, position + 1)
        }
        if position > matched, current.to - current.from > stretch.to - stretch.from {
          stretch = current
        }
        let (column, next) = look(at: position)
        row = Int(table[row + column] >> 1)
        position = next
      }
      if stretch.to > barren.to { barren = stretch }
    }

    /// The class of the scalar at a position and the position after it.
    @inline(__always)
    private func look(at position: Int) -> (column: Int, next: Int) {
      let byte = bytes[position]
      if byte < 0x80 { return (Int(ascii[Int(byte)]), position + 1) }
      var value = UInt32(byte & 0x1F) << 6 | UInt32(bytes[position + 1] & 0x3F)
      var next = position + 2
      if byte >= 0xE0 {
        value = value << 6 | UInt32(bytes[position + 2] & 0x3F)
        next = position + 3
        if byte >= 0xF0 {
          value = (value & 0x7FFF) << 6 | UInt32(bytes[position + 3] & 0x3F)
          next = position + 4
        } else {
          value &= 0xFFFF
        }
      }
      let block = Int(starts[Int(value >> 6)])
      return (Int(blocks[block << 6 | Int(value & 63)]), next)
    }

    private func after(_ position: Int) -> Int {
      var next = position + 1
      while next < bytes.count, bytes[next] & 0xC0 == 0x80 { next += 1 }
      return next
    }
  }
}
