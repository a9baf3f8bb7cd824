// SPDX-License-Identifier: Apache-2.0

/// A pattern as a table that is walked once over the text, scalar by scalar.
///
/// The rows of the table stand for what a backtracking engine could be trying, in its order of
/// preference, so both find the same matches.
///
/// - Cost: constant for each scalar that a match looks at; ``PatternAutomaton/workFactor`` bounds
///   the sum.
struct PatternAutomaton: Sendable {
  let classes: ScalarClassMap
  /// By row and class: where the next row begins, times two, plus one where a match ends before
  /// the scalar. The first row leads nowhere.
  let table: [UInt32]
  /// Entries a row: a class each, and the last for the end of the text.
  let stride: Int
  let start: Int

  private static let rowLimit = 3000

  /// Nothing when the pattern looks further than one scalar ahead or needs too large a table.
  init?(_ node: PatternNode) {
    guard let graph = PatternGraph(node), let classes = ScalarClassMap(graph.sets) else {
      return nil
    }
    self.classes = classes
    stride = classes.count + 1
    var rows = Rows(graph: graph, classes: classes)
    guard let table = rows.table(limit: Self.rowLimit) else { return nil }
    self.table = table
    start = stride
  }

  /// Finds the rows: each is a list of states of the graph.
  private struct Rows {
    let graph: PatternGraph
    let classes: ScalarClassMap
    var numbers: [[Int32]: Int] = [:]
    var lists: [[Int32]] = []
    var seen: [Int]
    var round = 0

    init(graph: PatternGraph, classes: ScalarClassMap) {
      (self.graph, self.classes) = (graph, classes)
      seen = [Int](repeating: 0, count: graph.states.count)
      _ = number([])
      _ = number([Int32(graph.start)])
    }

    mutating func number(_ list: [Int32]) -> Int {
      if let known = numbers[list] { return known }
      numbers[list] = lists.count
      lists.append(list)
      return lists.count - 1
    }

    mutating func table(limit: Int) -> [UInt32]? {
      let stride = classes.count + 1
      var table = [UInt32](repeating: 0, count: stride)
      var row = 1
      while row < lists.count {
        guard lists.count <= limit else { return nil }
        let list = lists[row]
        for column in 0..<stride {
          let (next, isMatch) = step(list, column < classes.count ? column : nil)
          table.append(UInt32(number(next) * stride) * 2 + (isMatch ? 1 : 0))
        }
        row += 1
      }
      return table
    }

    /// What is left to try after a scalar of a class, or at the end, and whether a match ends
    /// before it; what is less preferred than that match is dropped.
    mutating func step(_ list: [Int32], _ column: Int?) -> ([Int32], isMatch: Bool) {
      round += 1
      var next: [Int32] = []
      var stack = Array(list.reversed())
      while let state = stack.popLast() {
        guard seen[Int(state)] != round else { continue }
        seen[Int(state)] = round
        switch graph.states[Int(state)] {
        case .match: return (next, true)
        case .take(let set, let target):
          if let column, classes.membership[column][set], !next.contains(Int32(target)) {
            next.append(Int32(target))
          }
        case .ahead(let set, let orEnd, let target):
          if column.map({ classes.membership[$0][set] }) ?? orEnd { stack.append(Int32(target)) }
        case .choice(let targets): stack += targets.reversed().map { Int32($0) }
        }
      }
      return (next, false)
    }
  }
}
