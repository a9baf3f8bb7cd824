// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// One number, large, above small bars that compare it with its baselines.
struct NumberFigure: Figure {
  let evidence: Evidence.Number

  var body: Markup {
    .element(
      "p", ["class": "value"], .text(NumberText.short(evidence.value)),
      evidence.unit.isEmpty
        ? .empty : .element("span", ["class": "unit"], .text(" " + evidence.unit)))
      + details + comparison
  }

  private var details: Markup {
    var parts: [String] = []
    if let interval = evidence.interval {
      parts.append(
        "\(NumberText.short(interval.low)) to \(NumberText.short(interval.high)) at "
          + "\(NumberText.short(interval.level * 100)) %")
    }
    if let count = evidence.sampleCount { parts.append("n = \(NumberText.short(Double(count)))") }
    if let split = evidence.split {
      parts.append(
        "split “\(split.name)”, "
          + (split.wasLookedAt ? "looked at before" : "not looked at before"))
    }
    return parts.isEmpty
      ? .empty : .element("p", ["class": "details"], .text(parts.joined(separator: " · ")))
  }

  private var comparison: Markup {
    if evidence.baselines.isEmpty { return .empty }
    let description =
      "The value is \(NumberText.short(evidence.value)); "
      + evidence.baselines.map { "\($0.label) is \(NumberText.short($0.value))" }
      .joined(separator: "; ") + "."
    return drawing.svg(title: evidence.title, description: description)
  }

  /// One bar for the value, with its interval, and one for each baseline.
  private var drawing: Drawing {
    let rows = [Baseline("this", evidence.value)] + evidence.baselines.prefix(8)
    var drawing = Drawing(width: 300, height: Double(rows.count) * 20)
    let names = rows.map { TextMetrics.fitted(TextMetrics.label($0.label), size: 12, within: 110) }
    let numbers = rows.map { NumberText.short($0.value) }
    let left = 10 + (names.map { TextMetrics.width($0, size: 12) }.max() ?? 0)
    let right = 290 - (numbers.map { TextMetrics.width($0, size: 12) }.max() ?? 0)
    let ends = [evidence.interval?.low, evidence.interval?.high].compactMap { $0 }
    let scale = AxisScale(
      covering: rows.map(\.value) + ends, scale: .linear, includesZero: true)
    let place = { (value: Double) in scale.share(of: value).map { left + $0 * (right - left) } }
    let zero = place(0) ?? left
    for (row, baseline) in rows.enumerated() {
      let middle = Double(row) * 20 + 10
      drawing.text(names[row], left - 10, middle + 4, anchor: .end, style: "t ink")
      drawing.text(numbers[row], 300, middle + 4, anchor: .end)
      guard let end = place(baseline.value) else { continue }
      drawing.rectangle(
        min(zero, end), middle - 5, width: max(1, abs(end - zero)), height: 10,
        style: row == 0 ? "pt s0" : "pale")
    }
    if let low = evidence.interval.flatMap({ place($0.low) }),
      let high = evidence.interval.flatMap({ place($0.high) })
    {
      drawing.line(low, 10, high, 10, style: "whisker")
      drawing.line(low, 6, low, 14, style: "whisker")
      drawing.line(high, 6, high, 14, style: "whisker")
    }
    drawing.line(zero, 2, zero, drawing.height - 2, style: "ax")
    return drawing
  }
}
