// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalReport
import Foundation

/// Evidence and reports that tests draw.
enum Examples {
  static let axis = Axis("position", unit: "tokens")

  /// What a model, a tokenizer or a corpus may hold at worst.
  static let hostile = [
    "<script>alert(1)</script>", "\"]]>", "</title></svg><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)", "\u{202E}gnp.exe", "\u{1B}[31mred\u{1B}]0;title\u{7}",
    "--><!-- &lt; &#0; %00", "\u{0}\u{8}\u{FFFE}\u{FFFF}\u{2028}", "a|b`c`*d*_e_[f](javascript:g)",
    "\n\n# heading\n1. list", "javascript:alert(1)", "e\(String(repeating: "\u{301}", count: 300))",
  ]

  static func report(_ evidence: [Evidence], text: String = "words") -> Report {
    let provenance = Provenance(
      checkpointDigest: text, dictionaryDigest: text, options: ["option": .string(text)], seed: 3,
      version: text, inputs: [.init(name: text, digest: text, content: text)])
    let finding = Finding(
      card: MethodCard(name: text, summary: text, source: text), summary: text,
      provenance: provenance, evidence: evidence)
    return Report(
      title: text, subject: text, version: "0.1.0", opening: [text, text],
      facts: [.init(text, text)],
      chapters: [.init(title: text, introduction: text, findings: [finding, finding])])
  }

  /// One of each shape, well filled, every word of it the same.
  static func shapes(text: String = "words") -> [Evidence] {
    let axis = Axis(text, unit: text)
    let matrix = (0..<9).map { row in (0..<7).map { Double(row * $0) - 20 } }
    var heatmap = Evidence.Heatmap(
      title: text, caption: text, rowAxis: axis, columnAxis: axis, valueAxis: axis,
      panels: [.init(text, values: matrix)])
    var panels = heatmap
    heatmap.rows = Array(repeating: text, count: 9)
    heatmap.columns = Array(repeating: text, count: 7)
    heatmap.colors = .diverging
    panels.panels = (0..<4).map { _ in .init(text, values: matrix) }
    var points = Evidence.Points(
      title: text, caption: text, x: axis, y: axis,
      points: (0..<50).map { .init(x: Double($0 % 7), y: Double($0), label: text, value: 1.5) })
    points.valueAxis = axis
    let series = (0..<6).map { line in
      Evidence.Curve.Series(
        text, y: (0..<40).map { Double($0 * line) },
        low: Array(repeating: -1, count: 40), high: Array(repeating: 50, count: 40))
    }
    return [
      .number(
        .init(
          title: text, caption: text, value: 2.5, unit: text, interval: Interval(low: 2, high: 3),
          baselines: [Baseline(text, 1)])),
      .table(
        .init(
          title: text, caption: text, columns: [.init(text, unit: text), .init(text, .token), .init(text, .bar)],
          rows: [[.text(text), .text(text), 3], [.text(text), nil, .number(.nan)]])),
      .curve(
        .init(
          title: text, caption: text, x: axis, y: axis, series: series,
          baselines: [Baseline(text, 100)])),
      .distribution(
        .init(
          title: text, caption: text, axis: axis, content: .values((0..<90).map { sqrt(Double($0)) }),
          baselines: [Baseline(text, 4)])),
      .distribution(
        .init(
          title: text, caption: text, axis: axis,
          content: .categories([.init(text, 3, interval: Interval(low: 1, high: 4)), .init(text, -2)]),
          baselines: [Baseline(text, 1)])),
      .points(points), .heatmap(heatmap), .heatmap(panels),
      .tokens(
        .init(
          title: text, caption: text, valueAxis: axis,
          tokens: [.init(text, value: 1, note: text), .init(text), .init(text, value: .nan)])),
      .graph(
        .init(
          title: text, caption: text, weightAxis: axis,
          nodes: [.init("a", label: text, layer: 0), .init("b", label: text), .init(text, label: text)],
          edges: [.init(from: "a", to: "b", weight: 2), .init(from: "b", to: text, weight: -1)])),
      .text(.init(title: text, caption: text, body: text)),
      .text(.init(title: text, caption: text, body: text, kind: .verbatim)),
    ]
  }

  /// Data that breaks careless drawing.
  static let degenerateValues: [[Double]] = [
    [], [3], [5, 5, 5], [.nan], [.nan, .infinity, -.infinity], [1, .nan, 2, .nan, .nan, 3],
    [1e30, -1e30, 2e30], [1e-30, 3e-30], [0], [0, 0], [-1, -2, -3], [1e308, -1e308],
    [.greatestFiniteMagnitude, -.greatestFiniteMagnitude], [.leastNonzeroMagnitude, 0], [1, 1 + 1e-15],
    [1e15, 1e15 + 1], [0, .leastNormalMagnitude], [-0.0, 0.0],
    (0..<20_000).map { sin(Double($0) / 1000) },
  ]
}
