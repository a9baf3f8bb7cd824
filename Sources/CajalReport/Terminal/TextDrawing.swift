// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Evidence drawn with characters.
enum TextDrawing {
  /// Writes title, drawing and caption.
  static func draw(_ evidence: Evidence, on page: inout TextPage) {
    if case .number(let number) = evidence { return draw(number, on: &page) }
    page.strong(evidence.title)
    switch evidence {
    case .number: break
    case .table(let table): TextTable(table: table).write(on: &page)
    case .curve(let curve): draw(curve, on: &page)
    case .distribution(let distribution): draw(distribution, on: &page)
    case .points(let points): draw(points, on: &page)
    case .heatmap(let heatmap): draw(heatmap, on: &page)
    case .tokens(let strip): draw(strip, on: &page)
    case .graph:
      if let data = evidence.dataTable(limit: 20) {
        TextTable(table: data.table, rowLimit: 20).write(on: &page)
      }
    case .text(let text): page.paragraph(text.body, indent: text.kind == .verbatim ? 2 : 0)
    }
    if !evidence.caption.isEmpty { page.paragraph(evidence.caption) }
  }

  private static func draw(_ number: Evidence.Number, on page: inout TextPage) {
    var parts = ["\(number.title): \(NumberText.short(number.value, unit: number.unit))"]
    if let interval = number.interval {
      parts.append("[\(NumberText.short(interval.low)), \(NumberText.short(interval.high))]")
    }
    parts += number.baselines.map { "\($0.label) \(NumberText.short($0.value))" }
    if let count = number.sampleCount { parts.append("n = \(NumberText.short(Double(count)))") }
    page.strong(parts.joined(separator: "  "))
    if !number.caption.isEmpty { page.paragraph(number.caption) }
  }

  private static func draw(_ curve: Evidence.Curve, on page: inout TextPage) {
    let names = curve.series.map { Terminal.sanitized($0.label) }
    let widest = min(page.width / 4, names.map(TextMetrics.columns).max() ?? 0)
    for series in curve.series {
      let finite = series.y.filter(\.isFinite)
      let range = finite.min().map { low in
        "\(NumberText.short(low)) … \(NumberText.short(finite.max() ?? low))"
      }
      let ends = range ?? "no values"
      let room = max(8, page.width - widest - TextMetrics.columns(ends) - 4)
      let line = Blocks.sparkline(series.y, width: room)
      page.line(TextPage.padded(series.label, to: widest) + "  \(line)  \(ends)")
    }
    for baseline in curve.baselines {
      page.paragraph("\(baseline.label): \(NumberText.short(baseline.value))")
    }
    page.paragraph("\(curve.yAxis.title) over \(curve.xAxis.title)")
  }

  private static func draw(_ distribution: Evidence.Distribution, on page: inout TextPage) {
    let bins: Bins
    switch distribution.content {
    case .categories(let categories):
      bars(categories.map { ($0.label, $0.value) }, on: &page)
      return page.paragraph(distribution.axis.title)
    case .values(let values): bins = Bins(of: values, scale: distribution.axis.scale)
    case .bins(let edges, let counts): bins = Bins(edges: edges, counts: counts)
    }
    guard let low = bins.edges.first, let high = bins.edges.last else {
      return page.line("(no values)")
    }
    page.line(Blocks.sparkline(bins.counts, width: page.width))
    page.paragraph(
      "\(distribution.axis.title): \(NumberText.short(low)) … \(NumberText.short(high)), "
        + "\(NumberText.short(bins.counts.reduce(0, +))) values")
  }

  /// Horizontal bars, at most 24.
  private static func bars(_ values: [(String, Double)], on page: inout TextPage) {
    let shown = values.prefix(24)
    let numbers = NumberText.column(shown.map(\.1))
    let numberWidth = numbers.map(TextMetrics.columns).max() ?? 0
    let names = shown.map { TextMetrics.label($0.0) }
    let nameWidth = min(page.width / 3, names.map(TextMetrics.columns).max() ?? 0)
    let room = max(4, page.width - nameWidth - numberWidth - 4)
    let largest = shown.map { abs($0.1) }.filter(\.isFinite).max() ?? 0
    for (index, entry) in shown.enumerated() {
      let share = largest > 0 ? abs(entry.1) / largest : 0
      page.line(
        TextPage.padded(names[index], to: nameWidth) + "  " + Blocks.bar(share, columns: room)
          + "  "
          + TextPage.padded(numbers[index], to: numberWidth, right: true))
    }
    if values.count > shown.count { page.line("(\(values.count - shown.count) more)") }
  }

  private static func draw(_ points: Evidence.Points, on page: inout TextPage) {
    let x = AxisScale(covering: points.points.lazy.map(\.x), scale: points.xAxis.scale)
    let y = AxisScale(covering: points.points.lazy.map(\.y), scale: points.yAxis.scale)
    let columns = min(page.width, 72)
    let rows = 16
    var counts = [[Double]](repeating: Array(repeating: 0, count: columns), count: rows)
    for point in points.points {
      guard let px = x.share(of: point.x), let py = y.share(of: point.y) else { continue }
      let column = max(0, min(columns - 1, Int(px * Double(columns))))
      counts[rows - 1 - max(0, min(rows - 1, Int(py * Double(rows))))][column] += 1
    }
    let most = counts.joined().max() ?? 0
    for row in counts {
      page.line(
        String(row.map { $0 == 0 ? " " : Blocks.shade(0.25 + 0.75 * $0 / max(1, most)) }))
    }
    page.paragraph(
      "\(points.yAxis.title) (\(NumberText.short(y.low)) … \(NumberText.short(y.high))) over "
        + "\(points.xAxis.title) (\(NumberText.short(x.low)) … \(NumberText.short(x.high)))")
  }
}
