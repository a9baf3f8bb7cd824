// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// A shape of evidence as it is drawn on the page.
protocol Figure {
  /// What is drawn, without title and caption.
  var body: Markup { get }
  /// What the reader must know about the drawing itself: "means of 4 × 4 cells".
  var note: String? { get }
}

extension Figure {
  var note: String? { nil }
}

/// The width figures have on a desk and on paper.
let wideFigure = 688.0
/// The width figures have on a phone.
let narrowFigure = 340.0

/// The same image drawn twice, for wide and for narrow pages; the style sheet shows one of them.
func responsive(
  title: String, description: String, _ draw: (_ width: Double) -> Drawing
) -> Markup {
  .group([
    .element(
      "div", ["class": "wide"], draw(wideFigure).svg(title: title, description: description)),
    .element(
      "div", ["class": "narrow"], draw(narrowFigure).svg(title: title, description: description)),
  ])
}

/// A legend that wraps: a swatch and a name for each entry.
func legend(_ entries: [(style: String, label: String)], style: String = "") -> Markup {
  guard !entries.isEmpty else { return .empty }
  return .element(
    "ul", ["class": "legend \(style)"],
    entries.map { entry in
      .element(
        "li", [:], .element("i", ["class": "sw \(entry.style)", "aria-hidden": "true"]),
        .text(entry.label))
    })
}

/// What stands in place of a figure without any data.
func emptyFigure(_ reason: String = "No values to draw.") -> Markup {
  .element("p", ["class": "empty"], .text(reason))
}
