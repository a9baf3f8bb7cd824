// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import Foundation
import Testing

@testable import CajalReport

struct FigureDataTests {
  @Test func `bins hold every value once on ascending edges`() {
    for values in Examples.degenerateValues {
      let bins = Bins(of: values, scale: .linear)
      let placed = values.count { $0.isFinite && abs($0) <= 1e300 }
      #expect(bins.counts.reduce(0, +) == Double(placed))
      #expect(bins.leftOut == values.count - placed)
      #expect(zip(bins.edges, bins.edges.dropFirst()).allSatisfy { $0 < $1 })
      #expect(bins.counts.isEmpty || bins.edges.count == bins.counts.count + 1)
    }
  }

  @Test func `whole numbers get a bin each`() {
    let bins = Bins(of: [1, 1, 2, 4], scale: .linear)
    #expect(bins.edges == [0.5, 1.5, 2.5, 3.5, 4.5])
    #expect(bins.counts == [2, 1, 0, 1])
  }

  @Test func `bins that do not fit their edges are not drawn`() {
    #expect(Bins(edges: [0, 1], counts: [1, 2]).counts.isEmpty)
    #expect(Bins(edges: [1, 0], counts: [1]).counts.isEmpty)
    #expect(Bins(edges: [0, 1, 3], counts: [1, 2]).counts == [1, 2])
  }

  @Test func `blocks of a matrix are means that leave out what is no number`() {
    let matrix = Matrix([[1, 3, 5], [.nan, 5, 7], [2]])
    let small = matrix.aggregated((rows: 2, columns: 2))
    #expect(small.rowCount == 2 && small.columnCount == 2)
    #expect(small[0, 0] == 3 && small[0, 1] == 6 && small[1, 0] == 2)
    #expect(small[1, 1].isNaN)
  }

  @Test func `the cells of a heatmap cover it exactly once`() {
    let matrix = Matrix((0..<7).map { row in (0..<5).map { Double((row * $0) % 3) } })
    let mapping = ColorMapping(.sequential, covering: matrix.values)
    var area = 0.0
    for (_, path) in matrix.paths(mapping, cellWidth: 5.33, cellHeight: 3.7, x: 1.5, y: 2) {
      for match in path.matches(of: /h([0-9.]+)v([0-9.]+)h-/) {
        area += (Double(match.1) ?? 0) * (Double(match.2) ?? 0)
      }
    }
    #expect(abs(area - 7 * 5 * 5.33 * 3.7) < 0.5)
  }

  @Test func `a hundred thousand points are drawn as few, extremes included`() throws {
    var values = (0..<100_000).map { sin(Double($0) / 700) }
    values[54_321] = 9
    values[12_345] = -7
    let curve = Evidence.Curve(
      title: "t", caption: "", x: Axis("x"), y: Axis("y"), series: [.init("s", y: values)])
    let source = CurveFigure(curve: curve).body.source
    #expect(source.utf8.count < 120_000)
    let line = try #require(
      XMLTree.parsed("<div>\(source)</div>").elements("path").first { $0.attributes["class"]?.hasPrefix("ln") == true })
    let heights = (line.attributes["d"] ?? "").matches(of: /[ML]-?[0-9.]+ (-?[0-9.]+)/)
      .compactMap { Double($0.1) }
    #expect(heights.count < 4 * 700)
    // Both lie alone, far from the sine between -1 and 1.
    let (top, bottom) = (heights.min() ?? 0, heights.max() ?? 0)
    #expect(heights.count { $0 < top + 50 } == 1 && heights.count { $0 > bottom - 50 } == 1)
  }

  @Test func `a hundred thousand points of a scatter are drawn as squares`() {
    let points = (0..<100_000).map { Evidence.Points.Point(x: sin(Double($0)), y: cos(Double($0 * 7))) }
    let figure = ScatterFigure(
      points: .init(title: "t", caption: "", x: Axis("x"), y: Axis("y"), points: points))
    #expect(figure.body.source.utf8.count < 400_000)
    #expect(figure.note?.contains("100\u{202F}000") == true)
  }

  @Test func `a line breaks where a value is missing and a lonely value is a dot`() throws {
    let curve = Evidence.Curve(
      title: "t", caption: "", x: Axis("x"), y: Axis("y"),
      series: [.init("s", y: [1, 2, .nan, 3, .infinity, 4, 5])])
    let body = try XMLTree.parsed("<div>\(CurveFigure(curve: curve).body.source)</div>")
    let lines = body.elements("path").compactMap { $0.attributes["d"] }
    #expect(lines.map { $0.count { $0 == "M" } } == [2, 2])
    #expect(body.elements("circle").count == 2)
  }

  @Test func `an edge over several rows passes beside their nodes`() {
    let layout = GraphLayout(
      .init(
        title: "", caption: "", weightAxis: Axis("w"),
        nodes: ["a", "b", "c"].map { .init($0, label: $0) },
        edges: [
          .init(from: "a", to: "b", weight: 1), .init(from: "b", to: "c", weight: 2),
          .init(from: "a", to: "c", weight: 3),
        ]))
    #expect(layout.rows.map(\.count) == [1, 2, 1])
    #expect(layout.edges.map(\.weight) == [3, 2, 1])
    #expect(layout.edges[0].route.count == 3)
  }

  @Test func `a graph with a cycle and unknown ends is laid out`() {
    let layout = GraphLayout(
      .init(
        title: "", caption: "", weightAxis: Axis("w"),
        nodes: [.init("a", label: ""), .init("b", label: ""), .init("c", label: "", layer: .max)],
        edges: [
          .init(from: "a", to: "b", weight: 1), .init(from: "b", to: "a", weight: .nan),
          .init(from: "c", to: "a", weight: 1), .init(from: "a", to: "a", weight: 1),
          .init(from: "x", to: "y", weight: 1),
        ]))
    #expect(Set(layout.rows.joined().filter { $0 < 3 }) == [0, 1, 2])
    #expect(layout.edges.count == 4)
  }
}
