// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// The bar that says which colour means which value.
struct ColorLegend {
  let mapping: ColorMapping
  let axis: Axis
  let hasMissing: Bool

  /// The quantity, the ends of the scale with their numbers, and the colour of missing values.
  var markup: Markup {
    var drawing = Drawing(width: 160, height: 12)
    let step = 160 / Double(mapping.steps)
    for index in 0..<mapping.steps {
      // Overlapping by a hair, so that no seams show where pixels do not align.
      drawing.rectangle(
        Double(index) * step, 0, width: min(step + 0.5, 160 - Double(index) * step), height: 12,
        style: "c " + mapping.styleClass(ofStep: index))
    }
    let (low, high) = (
      NumberText.short(mapping.low, digits: 3), NumberText.short(mapping.high, digits: 3)
    )
    let description = "Colours from \(low) to \(high)"
    return .element(
      "p", ["class": "scale"], .element("span", ["class": "quantity"], .text(axis.title)),
      .element(
        "span", ["class": "ramp"], .element("span", [:], .text(low)),
        drawing.svg(title: "Colour scale of \(axis.label)", description: description),
        .element("span", [:], .text(high))),
      hasMissing
        ? .element(
          "span", ["class": "ramp"], .element("i", ["class": "sw qn", "aria-hidden": "true"]),
          .text("no value")) : .empty)
  }
}
