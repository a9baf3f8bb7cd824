// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Nodes in rows from the input at the bottom to the output on top, joined by weighted edges.
struct GraphFigure: Figure {
  let graph: Evidence.Graph

  /// More nodes than this cannot be read.
  static let greatestNodeCount = 120
  /// More edges than this hide each other.
  static let greatestEdgeCount = 400

  private static let rowHeight = 88.0
  private static let nodeHeight = 28.0
  private static let nodeWidth = 128.0
  private static let gap = 14.0
  /// The room of an edge that passes a row.
  private static let lane = 18.0

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
    let drawing = drawing(layout)
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

  private func drawing(_ layout: GraphLayout) -> Drawing {
    let nodeCount = layout.nodes.count
    let room = { (member: Int) in member < nodeCount ? Self.nodeWidth + Self.gap : Self.lane }
    let widths = layout.rows.map { row in row.reduce(0) { $0 + room($1) } }
    let width = max(narrowFigure, widths.max() ?? 0)
    var drawing = Drawing(
      width: width, height: Double(layout.rows.count - 1) * Self.rowHeight + Self.nodeHeight + 12)
    var places: [Int: (x: Double, y: Double)] = [:]
    for (row, members) in layout.rows.enumerated() {
      let y = drawing.height - 6 - Self.nodeHeight / 2 - Double(row) * Self.rowHeight
      // What is left of the width goes to all in proportion.
      let stretch = width / max(1, widths[row])
      var x = 0.0
      for member in members {
        let slot = room(member) * stretch
        places[member] = (x + slot / 2, y)
        x += slot
      }
    }
    drawEdges(layout, places, in: &drawing)
    drawNodes(layout, places, in: &drawing)
    return drawing
  }

  private func drawEdges(
    _ layout: GraphLayout, _ places: [Int: (x: Double, y: Double)], in drawing: inout Drawing
  ) {
    let heaviest = layout.edges.map { abs($0.weight) }.filter(\.isFinite).max() ?? 1
    // Light ones first, so that heavy ones lie on top.
    for edge in layout.edges.reversed() {
      let points = edge.route.compactMap { places[$0] }
      guard points.count > 1, var last = points.first else { continue }
      let half = Self.nodeHeight / 2
      let direction = (points.last?.y ?? 0) <= last.y ? 1.0 : -1.0
      last.y -= half * direction
      var path = "M\(number(last.x)) \(number(last.y))"
      for index in 1..<points.count {
        // Straight past a row of nodes, bent between rows.
        let enter = points[index].y + half * direction
        let bend = (last.y + enter) / 2
        path += "C\(number(last.x)) \(number(bend)) \(number(points[index].x)) \(number(bend)) "
        path += "\(number(points[index].x)) \(number(enter))"
        last = (points[index].x, points[index].y - half * direction)
        if index < points.count - 1 { path += "L\(number(last.x)) \(number(last.y))" }
      }
      let share = edge.weight.isFinite && heaviest > 0 ? abs(edge.weight) / heaviest : 0
      let width = min(5, Int((share * 5).rounded()))
      drawing.path(path, style: "edge w\(width) " + (edge.weight < 0 ? "dm" : "dp"))
    }
  }

  private func drawNodes(
    _ layout: GraphLayout, _ places: [Int: (x: Double, y: Double)], in drawing: inout Drawing
  ) {
    for (index, node) in layout.nodes.enumerated() {
      guard let place = places[index] else { continue }
      let value = node.value.map { ": " + NumberText.short($0) } ?? ""
      drawing.rectangle(
        place.x - Self.nodeWidth / 2, place.y - Self.nodeHeight / 2, width: Self.nodeWidth,
        height: Self.nodeHeight, style: "node", tooltip: node.label + value)
      drawing.text(
        TextMetrics.fitted(TextMetrics.label(node.label), size: 12, within: Self.nodeWidth - 12),
        place.x, place.y + 4.5, anchor: .middle, style: "t ink")
    }
  }
}
