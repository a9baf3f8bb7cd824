// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// One number, large, with what it is compared with on a small scale.
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
        "split “\(split.name)”, " + (split.wasLookedAt ? "looked at before" : "not looked at before"))
    }
    return parts.isEmpty
      ? .empty : .element("p", ["class": "details"], .text(parts.joined(separator: " · ")))
  }

  private var baselines: [Baseline] { evidence.baselines.filter { $0.value.isFinite } }

  /// The value with its interval and its baselines as marks on one line, named below.
  private var comparison: Markup {
    guard !evidence.baselines.isEmpty else { return .empty }
    let names = evidence.baselines.map { baseline in
      Markup.element(
        "li", [:], .element("i", ["class": "sw tick", "aria-hidden": "true"]),
        .text("\(baseline.label) \(NumberText.short(baseline.value))"))
    }
    let list = Markup.element("ul", ["class": "legend"], names)
    guard evidence.value.isFinite, !baselines.isEmpty else { return list }
    let description =
      "The value is \(NumberText.short(evidence.value)); "
      + baselines.map { "\($0.label) is \(NumberText.short($0.value))" }.joined(separator: "; ")
    return drawing.svg(title: evidence.title, description: description) + list
  }

  private var drawing: Drawing {
    var drawing = Drawing(width: 280, height: 26)
    let ends = [evidence.interval?.low, evidence.interval?.high].compactMap { $0 }
    let scale = AxisScale(
      covering: [evidence.value] + ends + baselines.map(\.value), scale: .linear,
      includesZero: true)
    let place = { (value: Double) in scale.share(of: value).map { 8 + $0 * 264 } }
    drawing.line(8, 13, 272, 13, style: "ax")
    if let zero = place(0) { drawing.line(zero, 9, zero, 17, style: "ax") }
    for baseline in baselines {
      guard let x = place(baseline.value) else { continue }
      drawing.line(
        x, 4, x, 22, style: "tick")
    }
    if let low = evidence.interval.flatMap({ place($0.low) }),
      let high = evidence.interval.flatMap({ place($0.high) })
    {
      drawing.line(low, 13, high, 13, style: "span s0")
    }
    if let x = place(evidence.value) { drawing.circle(x, 13, radius: 6, style: "pt s0 dot") }
    return drawing
  }
}
