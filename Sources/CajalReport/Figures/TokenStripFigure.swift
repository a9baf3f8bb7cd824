// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// A text as tokens on coloured ground, wrapped like text.
struct TokenStripFigure: Figure {
  let strip: Evidence.TokenStrip

  /// More tokens than this make a page no browser likes.
  static let greatestTokenCount = 4000

  private var mapping: ColorMapping {
    ColorMapping(strip.colors, covering: strip.tokens.lazy.compactMap(\.value))
  }

  var note: String? {
    strip.tokens.count > Self.greatestTokenCount
      ? "The first \(Self.greatestTokenCount) of \(strip.tokens.count) tokens are shown." : nil
  }

  var body: Markup {
    if strip.tokens.isEmpty { return emptyFigure("No tokens.") }
    let mapping = mapping
    let tokens = strip.tokens.prefix(Self.greatestTokenCount).map { token -> Markup in
      .element(
        "span",
        [
          "class": "tok " + (token.value.map(mapping.styleClass) ?? "q-"),
          "title": tooltip(of: token),
        ], [Self.visible(token.text)])
        + (Self.endsLine(token.text) ? .raw("<br/>") : .raw("<wbr/>"))
    }
    let legend = ColorLegend(
      mapping: mapping, axis: strip.valueAxis,
      hasMissing: strip.tokens.contains { $0.value?.isNaN ?? false })
    return legend.markup
      + .element("p", ["class": "strip", "role": "group", "aria-label": strip.title], tokens)
  }

  private func tooltip(of token: Evidence.TokenStrip.Token) -> String {
    let value = token.value.map { NumberText.short($0, unit: strip.valueAxis.unit) } ?? "no value"
    let note = token.note.map { " · " + $0 } ?? ""
    return "\(Terminal.visibleToken(token.text)) · \(value)\(note)"
  }

  /// The token's text; what stands for spaces and controls is fainter than the letters.
  private static func visible(_ text: String) -> Markup {
    var pieces: [Markup] = []
    var plain = ""
    func mark(_ symbol: String) {
      if !plain.isEmpty { pieces.append(.text(plain)) }
      plain = ""
      pieces.append(.element("i", [:], .text(symbol)))
    }
    if text.isEmpty { mark("∅") }
    for character in Terminal.sanitized(text) {
      switch character {
      case " ": mark("·")
      case "␊", "␍": mark("↵")
      case "␉": mark("→")
      case "␀"..."␡": mark(String(character))
      default: plain.append(character)
      }
    }
    if !plain.isEmpty { pieces.append(.text(plain)) }
    return .group(pieces)
  }

  private static func endsLine(_ text: String) -> Bool { text.unicodeScalars.last == "\n" }
}
