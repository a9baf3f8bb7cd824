// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Lines over a common axis, with bands, baselines and direct labels.
struct CurveFigure: Figure {
  let curve: Evidence.Curve

  /// More lines than this are told apart by nobody.
  static let greatestSeriesCount = 8

  private var drawn: [Evidence.Curve.Series] {
    Array(curve.series.prefix(Self.greatestSeriesCount))
  }

  var note: String? {
    curve.series.count > drawn.count
      ? "\(drawn.count) of \(curve.series.count) lines are drawn." : nil
  }

  var body: Markup {
    guard curve.series.contains(where: { series in series.y.contains { $0.isFinite } }) else {
      return emptyFigure()
    }
    let image = responsive(title: curve.title, description: description) { width in
      drawing(width: width, labelled: isLabelled && namesFit && width == wideFigure)
    }
    return isLabelled ? legend(entries, style: namesFit ? "narrow" : "") + image : image
  }

  /// A single line without baselines needs no name beside it.
  private var isLabelled: Bool { drawn.count > 1 || !curve.baselines.isEmpty }

  /// The widest name that stands beside the end of its line.
  private static let greatestNameWidth = 150.0

  /// Whether all names have room beside their lines; else they stand above, uncut.
  private var namesFit: Bool {
    entries.allSatisfy { TextMetrics.width($0.label, size: 13) <= Self.greatestNameWidth }
  }

  private var entries: [(style: String, label: String)] {
    drawn.enumerated().map { ("line s\($0.offset)", $0.element.label) }
      + shownBaselines.map { ("dash", $0.label + " " + NumberText.short($0.value)) }
  }

  private var shownBaselines: [Baseline] { curve.baselines.filter { $0.value.isFinite } }

  /// The figure as an image of its own: all names stand beside their lines, shortened where they are
  /// long.
  var image: String {
    drawing(width: wideFigure, labelled: isLabelled)
      .file(title: curve.title, description: description)
  }

  private var description: String {
    let parts = drawn.map { series in
      let finite = series.y.filter(\.isFinite)
      guard let low = finite.min(), let high = finite.max(), let last = finite.last else {
        return "\(series.label): no values"
      }
      return "\(series.label): \(finite.count) values from \(NumberText.short(low)) to "
        + "\(NumberText.short(high)), the last \(NumberText.short(last))"
    }
    return "Line chart of \(curve.yAxis.title) over \(curve.xAxis.title). "
      + parts.joined(separator: "; ") + "."
  }

  private func drawing(width: Double, labelled: Bool) -> Drawing {
    var drawing = Drawing(width: width, height: width == wideFigure ? 340 : 270)
    let xs = drawn.flatMap(\.x)
    let ys = drawn.flatMap { $0.y + $0.low + $0.high } + shownBaselines.map(\.value)
    let labels = entries.map {
      TextMetrics.fitted($0.label, size: 13, within: Self.greatestNameWidth)
    }
    let widest = labels.map { TextMetrics.width($0, size: 13) }.max() ?? 0
    let frame = PlotFrame(
      drawing: drawing, x: AxisScale(covering: xs, scale: curve.xAxis.scale, countsWholes: true),
      y: AxisScale(covering: ys, scale: curve.yAxis.scale).rounded(toTicks: 10),
      xAxis: curve.xAxis, yAxis: curve.yAxis,
      rightMargin: labelled ? widest + 24 : 14)
    frame.drawAxes(in: &drawing)
    for (index, series) in drawn.enumerated() {
      drawing.path(CurvePath.band(of: series, in: frame), style: "bd s\(index)")
    }
    for baseline in shownBaselines {
      guard let y = frame.y(baseline.value) else { continue }
      drawing.line(frame.left, y, frame.right, y, style: "base")
    }
    for (index, series) in drawn.enumerated() {
      let path = CurvePath(series, in: frame)
      drawing.path(path.line, style: "ln s\(index)" + (index > 3 ? " dashed" : ""))
      for dot in path.dots {
        drawing.circle(dot.x, dot.y, radius: 3.5, style: "pt s\(index)")
      }
    }
    if labelled { drawLabels(labels, in: &drawing, frame: frame) }
    return drawing
  }

  /// Names at the right, each beside the end of its line.
  private func drawLabels(_ labels: [String], in drawing: inout Drawing, frame: PlotFrame) {
    let ends = drawn.map { series -> Double in
      series.y.last { frame.y($0) != nil }.flatMap(frame.y) ?? frame.top
    }
    let wishes = ends + shownBaselines.map { frame.y($0.value) ?? frame.bottom }
    let places = spread(wishes, gap: 17, from: frame.top, to: frame.bottom)
    for (index, label) in labels.enumerated() {
      let style = index < drawn.count ? "lead s\(index)" : "lead base"
      drawing.line(frame.right + 2, wishes[index], frame.right + 12, places[index], style: style)
      drawing.text(label, frame.right + 16, places[index] + 4.5, style: "l ink")
    }
  }
}

/// A series as commands of an SVG path, thinned to what a screen can show.
struct CurvePath {
  /// The commands of the line; empty where no two neighbours can be drawn.
  private(set) var line = ""
  /// Values that stand alone between gaps, drawn as dots.
  private(set) var dots: [(x: Double, y: Double)] = []

  init(_ series: Evidence.Curve.Series, in frame: PlotFrame) {
    var run: [(x: Double, y: Double)] = []
    func close(_ run: inout [(x: Double, y: Double)]) {
      if run.count == 1 { dots.append(run[0]) }
      if run.count > 1 { line += Self.commands(Self.thinned(run)) }
      run = []
    }
    for (x, y) in zip(series.x, series.y) {
      if let px = frame.x(x), let py = frame.y(y) {
        run.append((px, py))
      } else {
        close(&run)
      }
    }
    close(&run)
  }

  /// The outline of a series' band; empty where it has none.
  static func band(of series: Evidence.Curve.Series, in frame: PlotFrame) -> String {
    guard series.low.count == series.x.count, series.high.count == series.x.count else { return "" }
    var upper: [(x: Double, y: Double)] = []
    var lower: [(x: Double, y: Double)] = []
    for (index, x) in series.x.enumerated() {
      guard let px = frame.x(x), let top = frame.y(series.high[index]),
        let bottom = frame.y(series.low[index])
      else { continue }
      upper.append((px, top))
      lower.append((px, bottom))
    }
    guard upper.count > 1 else { return "" }
    return commands(thinned(upper) + thinned(lower).reversed()) + "Z"
  }

  private static func commands(_ points: [(x: Double, y: Double)]) -> String {
    points.enumerated().map { index, point in
      (index == 0 ? "M" : "L") + number(point.x) + " " + number(point.y)
    }.joined()
  }

  /// At most four points a pixel column — first, lowest, highest, last — so that no extreme is lost.
  private static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    guard points.count > 2000 else { return points }
    var kept: [(x: Double, y: Double)] = []
    var start = 0
    while start < points.count {
      var end = start
      let column = points[start].x.rounded(.down)
      while end < points.count, points[end].x.rounded(.down) == column { end += 1 }
      let span = start..<end
      let lowest = span.min { points[$0].y < points[$1].y } ?? start
      let highest = span.max { points[$0].y < points[$1].y } ?? start
      for index in Set([start, lowest, highest, end - 1]).sorted() { kept.append(points[index]) }
      start = end
    }
    // Places that run back and forth are not thinned by columns.
    guard kept.count > 20_000 else { return kept }
    return stride(from: 0, to: kept.count, by: kept.count / 5000).map { kept[$0] }
  }
}
