// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Which nodes stand in which row, and how edges run between those that are drawn.
///
/// After Sugiyama, Tagawa & Toda 1981: an edge over several rows takes a place in each of them, so
/// that it passes beside nodes and not behind them, and rows are ordered by the mean places of
/// neighbours.
struct GraphLayout: Sendable {
  /// An edge between two nodes of the layout, with the places it takes on its way.
  struct Edge: Sendable {
    /// The indices of its two nodes and, between them, of the places.
    var route: [Int]
    let weight: Double
  }

  /// The nodes that are drawn; indices beyond are places of edges.
  private(set) var nodes: [Evidence.Graph.Node]
  /// The heaviest edges between them.
  private(set) var edges: [Edge]
  /// Indices of nodes and places in each row, inputs first, left to right.
  private(set) var rows: [[Int]] = []

  /// More edges than this run straight, since places for all of them would need too wide a page.
  private static let greatestRoutedCount = 48

  /// Places every node in the row it names, else one above the highest node that leads to it.
  init(_ graph: Evidence.Graph) {
    nodes = Array(graph.nodes.prefix(GraphFigure.greatestNodeCount))
    let index = Dictionary(
      nodes.enumerated().map { ($0.element.identifier, $0.offset) }, uniquingKeysWith: { a, _ in a }
    )
    let all = graph.edges.compactMap { edge -> Edge? in
      guard let from = index[edge.from], let to = index[edge.to] else { return nil }
      return Edge(route: [from, to], weight: edge.weight)
    }
    edges = Array(
      all.sorted { Self.rank($0) > Self.rank($1) }.prefix(GraphFigure.greatestEdgeCount))
    rows = Self.rows(nodes, edges)
    if edges.count <= Self.greatestRoutedCount { routeEdges() }
    sortRows()
  }

  private static func rank(_ edge: Edge) -> Double { edge.weight.isNaN ? -1 : abs(edge.weight) }

  private static func rows(_ nodes: [Evidence.Graph.Node], _ edges: [Edge]) -> [[Int]] {
    var level = nodes.map { $0.layer ?? 0 }
    let lowest = level.min() ?? 0
    // As many rounds as a chain of all nodes needs; a cycle stops there too.
    for _ in nodes.indices {
      var changed = false
      for edge in edges {
        let (from, to) = (edge.route[0], edge.route[1])
        guard nodes[to].layer == nil, level[to] <= level[from],
          level[from] < lowest.addingReportingOverflow(nodes.count).partialValue
        else { continue }
        level[to] = level[from] + 1
        changed = true
      }
      if !changed { break }
    }
    // Rows without nodes are closed up, so that layer 2³¹ costs no paper.
    let used = Set(level).sorted()
    return used.map { row in nodes.indices.filter { level[$0] == row } }
  }

  /// Gives every edge a place in each row between its ends.
  private mutating func routeEdges() {
    var rowOf: [Int: Int] = [:]
    for (row, members) in rows.enumerated() {
      for node in members { rowOf[node] = row }
    }
    var next = nodes.count
    for index in edges.indices {
      let (from, to) = (edges[index].route[0], edges[index].route[1])
      guard let low = rowOf[from], let high = rowOf[to], high - low > 1 else { continue }
      var places: [Int] = []
      for row in low + 1..<high {
        rows[row].append(next)
        places.append(next)
        next += 1
      }
      edges[index].route = [from] + places + [to]
    }
  }

  /// Sorts every row by the mean places of its neighbours in the row before, sweeping up and down,
  /// and keeps the order with the fewest crossings.
  private mutating func sortRows() {
    var below: [Int: [Int]] = [:]
    var above: [Int: [Int]] = [:]
    for edge in edges {
      for (from, to) in zip(edge.route, edge.route.dropFirst()) {
        below[to, default: []].append(from)
        above[from, default: []].append(to)
      }
    }
    var best = (rows: rows, crossings: crossings(above))
    for sweep in 0..<8 where best.crossings > 0 {
      let neighbours = sweep.isMultiple(of: 2) ? below : above
      let order = sweep.isMultiple(of: 2) ? Array(rows.indices) : rows.indices.reversed()
      for row in order { sortRow(row, by: neighbours) }
      let crossings = crossings(above)
      if crossings < best.crossings { best = (rows, crossings) }
    }
    rows = best.rows
  }

  private mutating func sortRow(_ row: Int, by neighbours: [Int: [Int]]) {
    let place = places
    let wish = { (member: Int) -> Double in
      let others = (neighbours[member] ?? []).compactMap { place[$0] }
      guard !others.isEmpty else { return place[member] ?? 0 }
      return others.reduce(0, +) / Double(others.count)
    }
    rows[row].sort { (wish($0), place[$0] ?? 0) < (wish($1), place[$1] ?? 0) }
  }

  /// The place of each member in its row, from 0 to 1.
  private var places: [Int: Double] {
    var places: [Int: Double] = [:]
    for row in rows {
      for (slot, member) in row.enumerated() {
        places[member] = (Double(slot) + 0.5) / Double(row.count)
      }
    }
    return places
  }

  /// How many pairs of lines between neighbouring rows cross.
  private func crossings(_ above: [Int: [Int]]) -> Int {
    let place = places
    var count = 0
    for row in rows {
      let lines = row.flatMap { from in
        (above[from] ?? []).map { (place[from] ?? 0, place[$0] ?? 0) }
      }
      for first in lines.indices {
        for second in lines.indices.dropFirst(first + 1) {
          let (a, b) = (lines[first], lines[second])
          if (a.0 - b.0) * (a.1 - b.1) < 0 { count += 1 }
        }
      }
    }
    return count
  }
}
