// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding
internal import Foundation

/// One SVG image and the shapes in it.
struct Drawing: Sendable {
  /// The width in pixels at which the image is meant to be seen.
  let width: Double
  /// The height in pixels.
  let height: Double
  /// What has been drawn, back to front.
  private(set) var content = Markup.empty

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// The image as an element with its name and description for those who do not see it.
  func svg(title: String, description: String) -> Markup {
    .element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(number(width)) \(number(height))",
        "width": number(width), "height": number(height), "role": "img", "aria-label": title,
      ],
      .element("title", [:], .text(title)), .element("desc", [:], .text(description)), content)
  }

  /// The image as a file of its own, with the style it needs and a ground to stand on.
  func file(title: String, description: String) -> String {
    let margin = 16.0
    var whole = Drawing(width: width + 2 * margin, height: height + 2 * margin)
    whole.add(Stylesheet.image)
    whole.rectangle(0, 0, width: whole.width, height: whole.height, style: "ground")
    let place = "translate(\(number(margin)) \(number(margin)))"
    whole.add(.element("g", ["transform": place], content))
    return whole.svg(title: title, description: description).source
  }

  /// The image as decoration beside text that says the same.
  var ornament: Markup {
    .element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(number(width)) \(number(height))",
        "width": number(width), "height": number(height), "aria-hidden": "true",
        "focusable": "false",
      ], content)
  }

  /// Adds pieces in front of what is there.
  mutating func add(_ piece: Markup) { content += piece }

  /// A straight line.
  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) {
    add(
      .element(
        "line",
        [
          "x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2), "class": style,
        ]))
  }

  /// A rectangle, with a tooltip where it has one.
  mutating func rectangle(
    _ x: Double, _ y: Double, width: Double, height: Double, style: String, tooltip: String? = nil
  ) {
    add(
      .element(
        "rect",
        [
          "x": number(x), "y": number(y), "width": number(max(0, width)),
          "height": number(max(0, height)), "class": style,
        ], tooltip.map { [.element("title", [:], .text($0))] } ?? []))
  }

  /// A path from its commands.
  mutating func path(_ commands: String, style: String) {
    guard !commands.isEmpty else { return }
    add(.element("path", ["d": commands, "class": style]))
  }

  /// A filled circle, with a tooltip where it has one.
  mutating func circle(
    _ x: Double, _ y: Double, radius: Double, style: String, tooltip: String? = nil
  ) {
    add(
      .element(
        "circle",
        ["cx": number(x), "cy": number(y), "r": number(radius), "class": style],
        tooltip.map { [.element("title", [:], .text($0))] } ?? []))
  }

  /// How text is placed at its point.
  enum Anchor: String {
    case start, middle, end
  }

  /// One line of text; `y` is its baseline. Turned text rotates about its point.
  mutating func text(
    _ text: String, _ x: Double, _ y: Double, anchor: Anchor = .start, style: String = "t",
    degrees: Double = 0
  ) {
    let rotation =
      degrees == 0 ? nil : "rotate(\(number(degrees)) \(number(x)) \(number(y)))"
    add(
      .element(
        "text",
        [
          "x": number(x), "y": number(y), "class": style,
          "text-anchor": anchor == .start ? nil : anchor.rawValue, "transform": rotation,
        ], .text(text)))
  }
}

/// A coordinate in SVG: two decimals, no exponent, zero where it is no number.
func number(_ value: Double) -> String {
  guard value.isFinite else { return "0" }
  let rounded = (max(-1e7, min(1e7, value)) * 100).rounded() / 100
  if rounded == rounded.rounded() { return String(Int(rounded)) }
  return "\(rounded)"
}
