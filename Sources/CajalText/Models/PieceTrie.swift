// SPDX-License-Identifier: Apache-2.0

/// Finds all strings of a set that a text continues with, in one walk along it.
///
/// A double array: a node's children stand at its base plus the byte, in one flat table; a cell knows
/// its parent, and a step is one addition and one comparison.
///
/// - Source: Aoe 1989, “An efficient digital search algorithm by using a double-array structure”.
struct PieceTrie: Sendable {
  fileprivate struct Cell {
    /// Where the children of the node begin.
    var base: UInt32 = 0
    /// The node this cell belongs to, plus one; zero where the cell is free.
    var parent: UInt32 = 0
    /// What the string that ends here stands for, or ``PieceTrie/none``.
    var value = PieceTrie.none
  }

  /// Stands for no value.
  static let none = UInt32.max

  private var cells: [Cell]

  /// The trie of some strings; of equal ones the last counts.
  init(_ strings: [(bytes: [UInt8], value: UInt32)]) {
    var sorted = strings.indices.sorted { left, right in
      let (first, second) = (strings[left].bytes, strings[right].bytes)
      if first == second { return left < right }
      return first.lexicographicallyPrecedes(second)
    }
    sorted.removeAll { strings[$0].bytes.isEmpty }
    cells = [Cell](repeating: Cell(), count: 512)
    cells[0].parent = .max
    var builder = TrieBuilder(strings, sorted)
    builder.build(&cells)
  }

  /// Calls a closure with the trie itself, for loops over a text.
  @inline(__always)
  func withView<Result, Failure: Error>(
    _ body: (View) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try cells.withUnsafeBufferPointer { cells throws(Failure) in try body(View(cells: cells)) }
  }

  struct View {
    fileprivate let cells: UnsafeBufferPointer<Cell>

    /// The node of the empty string.
    static let root = 0

    /// The child of a node; nil where no string goes on so.
    @inline(__always)
    func child(_ node: Int, _ byte: UInt8) -> Int? {
      let place = Int(cells[node].base) + Int(byte)
      return cells[place].parent == UInt32(truncatingIfNeeded: node + 1) ? place : nil
    }

    /// What the string of a node stands for, or ``PieceTrie/none``.
    @inline(__always)
    func value(_ node: Int) -> UInt32 { cells[node].value }
  }
}

/// Lays the nodes of a trie out in its table.
private struct TrieBuilder {
  private let strings: [(bytes: [UInt8], value: UInt32)]
  private let order: [Int]
  private static let tryLimit = 512
  /// Cells below this are all taken.
  private var firstFree = 1
  /// Cells above this are all free.
  private var lastTaken = 0

  private struct Task {
    var node: Int
    var range: Range<Int>
    var depth: Int
  }

  init(_ strings: [(bytes: [UInt8], value: UInt32)], _ order: [Int]) {
    (self.strings, self.order) = (strings, order)
  }

  mutating func build(_ cells: inout [PieceTrie.Cell]) {
    var tasks = [Task(node: 0, range: order.indices, depth: 0)]
    var children: [(byte: UInt8, range: Range<Int>)] = []
    while let task = tasks.popLast() {
      var start = task.range.lowerBound
      while start < task.range.upperBound, strings[order[start]].bytes.count == task.depth {
        cells[task.node].value = strings[order[start]].value
        start += 1
      }
      children.removeAll(keepingCapacity: true)
      while start < task.range.upperBound {
        let byte = strings[order[start]].bytes[task.depth]
        var end = start + 1
        while end < task.range.upperBound, strings[order[end]].bytes[task.depth] == byte {
          end += 1
        }
        children.append((byte, start..<end))
        start = end
      }
      guard !children.isEmpty else { continue }
      let base = place(children.map(\.byte), &cells)
      cells[task.node].base = UInt32(base)
      for child in children {
        cells[base + Int(child.byte)].parent = UInt32(task.node + 1)
        tasks.append(
          Task(node: base + Int(child.byte), range: child.range, depth: task.depth + 1))
      }
    }
  }

  /// A base at which cells for all these bytes are free; there is room for every byte behind it.
  ///
  /// A few hundred places are tried from the first free cell on, then a few hundred near the end;
  /// behind the end there is always room. So the table stays in proportion to its strings.
  private mutating func place(_ bytes: [UInt8], _ cells: inout [PieceTrie.Cell]) -> Int {
    while firstFree < cells.count, cells[firstFree].parent != 0 { firstFree += 1 }
    let first = Int(bytes[0])
    for start in [firstFree - first, lastTaken - 512, lastTaken + 1 - first] {
      for candidate in max(1, start)..<max(1, start) + Self.tryLimit {
        if candidate + 256 >= cells.count {
          cells.append(
            contentsOf: repeatElement(PieceTrie.Cell(), count: max(512, cells.count / 2)))
        }
        if bytes.allSatisfy({ cells[candidate + Int($0)].parent == 0 }) {
          lastTaken = max(lastTaken, candidate + Int(bytes[bytes.count - 1]))
          return candidate
        }
      }
    }
    preconditionFailure("no room for \(bytes.count) children behind cell \(lastTaken)")
  }
}
