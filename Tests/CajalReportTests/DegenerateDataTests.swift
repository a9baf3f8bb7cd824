// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalReport
import Testing

struct DegenerateDataTests {
  private static func evidence(_ values: [Double]) -> [Evidence] {
    let axis = Examples.axis
    let log = Axis("value", scale: .logarithmic)
    let few = Array(values.prefix(2000))
    var heatmap = Evidence.Heatmap(
      title: "t", caption: "", rowAxis: axis, columnAxis: axis, valueAxis: axis,
      panels: [.init("", values: [few, Array(few.prefix(1)), []])])
    heatmap.rows = ["only one name"]
    var signed = heatmap
    signed.colors = .diverging
    var panels = heatmap
    panels.panels = [.init("a", values: [few]), .init("b", values: [])]
    let xs = values.indices.map(Double.init)
    return [
      .curve(.init(title: "t", caption: "", x: axis, y: axis, series: [.init("s", y: values)])),
      .curve(
        .init(
          title: "t", caption: "", x: log, y: log,
          series: [.init("s", x: values, y: values, low: values, high: values), .init("t", y: [])],
          baselines: values.prefix(2).map { Baseline("b", $0) })),
      .distribution(.init(title: "t", caption: "", axis: axis, content: .values(values))),
      .distribution(.init(title: "t", caption: "", axis: log, content: .values(values))),
      .distribution(
        .init(title: "t", caption: "", axis: axis, content: .bins(edges: xs, counts: values))),
      .distribution(
        .init(
          title: "t", caption: "", axis: axis,
          content: .categories(
            few.map { .init("c", $0, interval: Interval(low: $0, high: -$0)) }),
          baselines: few.prefix(3).map { Baseline("b", $0) })),
      .points(
        .init(
          title: "t", caption: "", x: axis, y: axis,
          points: values.map { .init(x: $0, y: -$0, label: "p", value: $0) })),
      .points(
        .init(title: "t", caption: "", x: log, y: log, points: values.map { .init(x: $0, y: $0) })),
      .heatmap(heatmap), .heatmap(signed), .heatmap(panels),
      .tokens(
        .init(title: "t", caption: "", valueAxis: axis, tokens: few.map { .init("x", value: $0) })),
      .table(
        .init(
          title: "t", caption: "", columns: [.init("n", .bar), .init("m", .number)],
          rows: few.map { [.number($0)] })),
      .graph(
        .init(
          title: "t", caption: "", weightAxis: axis,
          nodes: few.prefix(9).map { .init("\($0)", label: "", layer: Int(exactly: $0.rounded()), value: $0) },
          edges: few.prefix(9).map { .init(from: "\($0)", to: "\(-$0)", weight: $0) })),
    ] + few.prefix(2).map { value in
      .number(
        .init(
          title: "t", caption: "", value: value, interval: Interval(low: value, high: value),
          baselines: [Baseline("b", -value)]))
    }
  }

  @Test(arguments: Examples.degenerateValues.indices)
  func `every figure of degenerate data is well-formed and stays within its image`(
    index: Int
  ) throws {
    let values = Examples.degenerateValues[index]
    for evidence in Self.evidence(values) {
      let page = try XMLTree.parsed(Examples.report([evidence]).rendered(as: .html))
      for image in page.elements("svg") { Self.expectInside(image, "\(evidence.shape) of \(values.prefix(3))") }
    }
  }

  @Test(arguments: Examples.degenerateValues.indices)
  func `text and Markdown of degenerate data are written`(index: Int) throws {
    let report = Examples.report(Self.evidence(Examples.degenerateValues[index]))
    #expect(try report.rendered(as: .text(width: 60, usesColor: true)).count > 100)
    #expect(try report.rendered(as: .markdown).count > 100)
  }

  /// Marks may leave the image by what strokes and labels need, and no more.
  private static func expectInside(_ image: XMLTree, _ what: String) {
    let size = (image.attributes["viewBox"] ?? "").split(separator: " ").compactMap { Double($0) }
    #expect(size.count == 4, "\(what)")
    guard size.count == 4 else { return }
    let (width, height) = (size[2], size[3])
    #expect(width > 0 && height > 0 && width < 20_000 && height < 20_000, "\(what)")
    let inside = { (x: Double?, y: Double?) -> Bool in
      guard let x, let y else { return false }
      return x >= -8 && x <= width + 8 && y >= -8 && y <= height + 8
    }
    for mark in image.all {
      switch mark.name {
      case "circle": #expect(inside(mark.number("cx"), mark.number("cy")), "\(what)")
      case "text": #expect(inside(mark.number("x"), mark.number("y")), "\(what)")
      case "line":
        #expect(inside(mark.number("x1"), mark.number("y1")), "\(what) \(mark.attributes)")
        #expect(inside(mark.number("x2"), mark.number("y2")), "\(what) \(mark.attributes)")
      case "rect":
        let (x, y) = (mark.number("x") ?? .nan, mark.number("y") ?? .nan)
        #expect(inside(x, y), "\(what) \(mark.attributes)")
        let (w, h) = (mark.number("width") ?? .nan, mark.number("height") ?? .nan)
        #expect(inside(x + w, y + h), "\(what) \(mark.attributes)")
      case "path":
        let commands = mark.attributes["d"] ?? ""
        #expect(commands.allSatisfy { "MLCZhvz0123456789.- ".contains($0) }, "\(what)")
        for match in commands.matches(of: /[ML](-?[0-9.]+) (-?[0-9.]+)/) {
          #expect(inside(Double(match.1), Double(match.2)), "\(what) \(match.0)")
        }
      default: break
      }
    }
  }
}
