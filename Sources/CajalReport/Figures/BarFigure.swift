// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Named values as horizontal bars from zero, with intervals and baselines.
struct BarFigure: Figure {
  let distribution: Evidence.Distribution
  let categories: [Evidence.Distribution.Category]

  /// More bars than this go to the table.
  static let greatestBarCount = 32
  private static let rowHeight = 24.0

  private var drawn: ArraySlice<Evidence.Distribution.Category> {
    categories.prefix(Self.greatestBarCount)
  }

  var note: String? {
    categories.count > drawn.count
      ? "The first \(drawn.count) of \(categories.count) are drawn." : nil
  }

  var body: Markup {
    if categories.isEmpty { return emptyFigure() }
    let baselines = distribution.baselines.filter { $0.value.isFinite }
    return legend(baselines.map { ("dash", "\($0.label) \(NumberText.short($0.value))") })
      + responsive(title: distribution.title, description: description) { drawing(width: $0) }
  }

  private var description: String {
    "Bar chart of \(distribution.axis.title). "
      + drawn.prefix(8).map { "\($0.label): \(NumberText.short($0.value))" }
      .joined(separator: "; ") + (categories.count > 8 ? "; and more." : ".")
  }

  private func drawing(width: Double) -> Drawing {
    let bottom = Double(drawn.count) * Self.rowHeight + 26
    var drawing = Drawing(width: width, height: bottom + 8)
    let names = drawn.map {
      TextMetrics.fitted(TextMetrics.label($0.label), size: 13, within: width * 0.34)
    }
    let numbers = NumberText.column(drawn.map(\.value))
    let nameWidth = names.map { TextMetrics.width($0, size: 13) }.max() ?? 0
    let numberWidth = numbers.map { TextMetrics.width($0, size: 12) }.max() ?? 0
    let left = nameWidth + 12
    let right = width - numberWidth - 12
    let scale = scale
    let place = { (value: Double) in scale.share(of: value).map { left + $0 * (right - left) } }
    drawing.text(
      TextMetrics.fitted(distribution.axis.title, size: 13, within: width - left), left, 14,
      style: "l")
    let zero = place(0) ?? left
    for (row, category) in drawn.enumerated() {
      let middle = 26 + (Double(row) + 0.5) * Self.rowHeight
      drawing.text(names[row], left - 10, middle + 4.5, anchor: .end, style: "l ink")
      drawing.text(numbers[row], width, middle + 4.5, anchor: .end, style: "t num")
      // What is infinite fills its side.
      guard !category.value.isNaN,
        let end = place(max(scale.low, min(scale.high, category.value)))
      else { continue }
      drawing.rectangle(
        min(zero, end), middle - 7, width: max(abs(end - zero), category.value == 0 ? 0 : 0.75),
        height: 14, style: category.value < 0 ? "pt s1" : "pt s0",
        tooltip: "\(category.label): \(NumberText.short(category.value))")
      drawInterval(category.interval, at: middle, place: place, in: &drawing)
    }
    for baseline in distribution.baselines {
      guard let x = place(baseline.value) else { continue }
      drawing.line(x, 22, x, bottom, style: "base")
    }
    drawing.line(zero, 24, zero, bottom, style: "ax")
    return drawing
  }

  private func drawInterval(
    _ interval: Interval?, at y: Double, place: (Double) -> Double?, in drawing: inout Drawing
  ) {
    guard let interval, let low = place(interval.low), let high = place(interval.high) else {
      return
    }
    drawing.line(low, y, high, y, style: "whisker")
    drawing.line(low, y - 4, low, y + 4, style: "whisker")
    drawing.line(high, y - 4, high, y + 4, style: "whisker")
  }

  private var scale: AxisScale {
    let values = drawn.flatMap { category -> [Double] in
      [category.value, category.interval?.low ?? 0, category.interval?.high ?? 0]
    }
    return AxisScale(
      covering: values + distribution.baselines.map(\.value), scale: .linear, includesZero: true)
  }
}
