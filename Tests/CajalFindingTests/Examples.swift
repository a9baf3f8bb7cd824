// SPDX-License-Identifier: Apache-2.0
import CajalFinding

/// One of each shape, with numbers that are not finite and text that is hostile.
enum Examples {
  static let hostile = "<script>\"]]>&'\u{202E}\u{1B}[31m\u{0}\n|`"

  static var shapes: [Evidence] {
    var number = Evidence.Number(
      title: hostile, caption: hostile, value: .nan, unit: hostile,
      interval: Interval(low: -.infinity, high: .infinity, level: 0.9),
      baselines: [Baseline(hostile, .infinity), Baseline("chance", 0.5)])
    number.sampleCount = 12
    number.split = Split(hostile, wasLookedAt: true)
    var points = Evidence.Points(
      title: "", caption: "", x: axis, y: Axis("y", scale: .logarithmic),
      points: [.init(x: .nan, y: 1, label: hostile, value: -.infinity), .init(x: 0.1, y: 1e-300)])
    points.valueAxis = axis
    var heatmap = Evidence.Heatmap(
      title: "", caption: "", rowAxis: axis, columnAxis: axis, valueAxis: axis,
      panels: [.init(hostile, values: [[1, .nan], [.infinity]]), .init("", values: [])])
    heatmap.rows = [hostile]
    heatmap.colors = ColorScale(.diverging, high: 2)
    return [
      .number(number), .table(table), .points(points), .heatmap(heatmap),
      .curve(
        .init(
          title: "c", caption: hostile, x: axis, y: axis,
          series: [.init("s", y: [1, .nan, 3], low: [0, 0, 0], high: [2, .infinity, 4])],
          baselines: [Baseline("b", .nan)])),
      .distribution(.init(title: "", caption: "", axis: axis, content: .values([.nan, 1, -0.0]))),
      .distribution(
        .init(title: "", caption: "", axis: axis, content: .bins(edges: [0, 1, 2], counts: [3, 4]))),
      .distribution(
        .init(
          title: "", caption: "", axis: axis,
          content: .categories([.init(hostile, .nan, interval: Interval(low: 0, high: 1))]))),
      .tokens(
        .init(
          title: "", caption: "", valueAxis: axis,
          tokens: [.init(hostile, value: .nan, note: hostile), .init("")])),
      .graph(
        .init(
          title: "", caption: "", weightAxis: axis,
          nodes: [.init("a", label: hostile, layer: -3, value: .nan), .init("b", label: "")],
          edges: [.init(from: "a", to: "b", weight: -.infinity)])),
      .text(.init(title: "", caption: "", body: hostile, kind: .verbatim)),
    ]
  }

  static var table: Evidence.Table {
    Evidence.Table(
      title: hostile, caption: "",
      columns: [.init(hostile), .init("n", .bar, unit: "%"), .init("t", .token)],
      rows: [["nan", .number(.nan), "\n"], [nil, .number(-.infinity), nil], [1, 2.5], []])
  }

  static let axis = Axis(hostile, unit: "nats")

  static func document(_ evidence: [Evidence]) -> FindingsDocument {
    let provenance = Provenance(
      checkpointDigest: "sha256:00", dictionaryDigest: hostile,
      options: ["k": 3, "rate": 0.1, "nested": ["list": [1, nil, true]]], seed: .max,
      version: "0.1.0", inputs: [.init(name: hostile, digest: "sha256:11", content: hostile)])
    return FindingsDocument(
      version: "0.1.0", subject: hostile,
      findings: [
        Finding(
          card: MethodCard(name: "a", summary: "b", source: "c"), summary: hostile,
          provenance: provenance, evidence: evidence)
      ])
  }
}
