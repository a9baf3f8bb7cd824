// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Nodes in rows from the input at the bottom to the output on top, joined by weighted edges.
struct GraphFigure: Figure {
  let graph: Evidence.Graph

  /// More nodes than this cannot be read.
  static let greatestNodeCount = 120
  /// More edges than this hide each other.
  static let greatestEdgeCount = 400

  private static let rowHeight = 84.0
  private static let nodeHeight = 28.0
  private static let slot = 112.0

  var note: String? {
    let layout = GraphLayout(graph)
    let nodes = layout.nodes.count
    guard nodes < graph.nodes.count || layout.edges.count < graph.edges.count else { return nil }
    return "\(nodes) of \(graph.nodes.count) nodes and the \(layout.edges.count) heaviest of "
      + "\(graph.edges.count) edges are drawn."
  }

  var body: Markup {
    let layout = GraphLayout(graph)
    if layout.nodes.isEmpty { return emptyFigure("No nodes.") }
    let widest = layout.rows.map(\.count).max() ?? 1
    let width = max(narrowFigure, Double(widest) * Self.slot + 16)
    var drawing = Drawing(
      width: width, height: Double(layout.rows.count) * Self.rowHeight - 44)
    var places: [Int: (x: Double, y: Double)] = [:]
    for (row, members) in layout.rows.enumerated() {
      let y = drawing.height - 20 - Double(row) * Self.rowHeight
      for (slot, node) in members.enumerated() {
        places[node] = (width * (Double(slot) + 0.5) / Double(members.count), y)
      }
    }
    drawEdges(layout, places, in: &drawing)
    drawNodes(layout, places, in: &drawing)
    let description =
      "Graph of \(layout.nodes.count) nodes in \(layout.rows.count) rows, inputs at the bottom, and "
      + "\(layout.edges.count) edges."
    return legend([
      ("line dp", "positive \(graph.weightAxis.title)"), ("line dm", "negative"),
    ])
      + .element(
        "div", ["class": "scroll", "tabindex": "0", "role": "group", "aria-label": graph.title],
        drawing.svg(title: graph.title, description: description))
  }

  private func drawEdges(
    _ layout: GraphLayout, _ places: [Int: (x: Double, y: Double)], in drawing: inout Drawing
  ) {
    let heaviest = layout.edges.map { abs($0.weight) }.filter(\.isFinite).max() ?? 1
    for edge in layout.edges {
      guard let from = places[edge.from], let to = places[edge.to] else { continue }
      let share = edge.weight.isFinite && heaviest > 0 ? abs(edge.weight) / heaviest : 0
      let (y1, y2) = (from.y - Self.nodeHeight / 2, to.y + Self.nodeHeight / 2)
      let bend = (y1 - y2) / 2
      let path =
        "M\(number(from.x)) \(number(y1))C\(number(from.x)) \(number(y1 - bend)) "
        + "\(number(to.x)) \(number(y2 + bend)) \(number(to.x)) \(number(y2))"
      let width = min(5, Int((share * 5).rounded()))
      drawing.path(path, style: "edge w\(width) " + (edge.weight < 0 ? "dm" : "dp"))
    }
  }

  private func drawNodes(
    _ layout: GraphLayout, _ places: [Int: (x: Double, y: Double)], in drawing: inout Drawing
  ) {
    for (index, node) in layout.nodes.enumerated() {
      guard let place = places[index] else { continue }
      let width = Self.slot - 12
      let value = node.value.map { ": " + NumberText.short($0) } ?? ""
      drawing.rectangle(
        place.x - width / 2, place.y - Self.nodeHeight / 2, width: width, height: Self.nodeHeight,
        style: "node", tooltip: node.label + value)
      drawing.text(
        TextMetrics.fitted(node.label, size: 12, within: width - 10), place.x, place.y + 4.5,
        anchor: .middle, style: "t ink")
    }
  }
}

/// Which nodes stand in which row, and the edges between those that are drawn.
struct GraphLayout: Sendable {
  /// An edge between two nodes of the layout, by index.
  struct Edge: Sendable {
    let from: Int
    let to: Int
    let weight: Double
  }

  /// The nodes that are drawn.
  private(set) var nodes: [Evidence.Graph.Node]
  /// The heaviest edges between them.
  private(set) var edges: [Edge]
  /// Indices of nodes in each row, inputs first, left to right.
  private(set) var rows: [[Int]]

  /// Places every node in the row it names, else one above the highest node that leads to it; then
  /// orders rows so that joined nodes lie near each other.
  init(_ graph: Evidence.Graph) {
    nodes = Array(graph.nodes.prefix(GraphFigure.greatestNodeCount))
    let index = Dictionary(
      nodes.enumerated().map { ($0.element.identifier, $0.offset) }, uniquingKeysWith: { a, _ in a })
    let all = graph.edges.compactMap { edge in
      index[edge.from].flatMap { from in
        index[edge.to].map { Edge(from: from, to: $0, weight: edge.weight) }
      }
    }
    edges = Array(
      all.sorted { Self.rank($0) > Self.rank($1) }.prefix(GraphFigure.greatestEdgeCount))
    rows = []
    rows = Self.rows(nodes, edges)
    for _ in 0..<4 { sortRows() }
  }

  private static func rank(_ edge: Edge) -> Double { edge.weight.isNaN ? -1 : abs(edge.weight) }

  private static func rows(_ nodes: [Evidence.Graph.Node], _ edges: [Edge]) -> [[Int]] {
    var level = nodes.map { $0.layer ?? 0 }
    // As many rounds as a chain of all nodes needs; a cycle stops there too.
    for _ in nodes.indices {
      var changed = false
      for edge in edges where nodes[edge.to].layer == nil && level[edge.to] <= level[edge.from] {
        guard level[edge.from] - (level.min() ?? 0) < nodes.count else { continue }
        level[edge.to] = level[edge.from] + 1
        changed = true
      }
      if !changed { break }
    }
    // Rows without nodes are closed up, so that layer 2³¹ costs no paper.
    let used = Set(level).sorted()
    return used.map { row in nodes.indices.filter { level[$0] == row } }
  }

  /// Moves each node toward the mean place of its neighbours.
  private mutating func sortRows() {
    var place: [Int: Double] = [:]
    for row in rows {
      for (slot, node) in row.enumerated() {
        place[node] = (Double(slot) + 0.5) / Double(row.count)
      }
    }
    var neighbours: [Int: [Double]] = [:]
    for edge in edges {
      neighbours[edge.to, default: []].append(place[edge.from] ?? 0)
      neighbours[edge.from, default: []].append(place[edge.to] ?? 0)
    }
    let wish = { (node: Int) -> Double in
      guard let others = neighbours[node], !others.isEmpty else { return place[node] ?? 0 }
      return others.reduce(0, +) / Double(others.count)
    }
    rows = rows.map { row in row.sorted { (wish($0), $0) < (wish($1), $1) } }
  }
}
