// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Words: paragraphs, or verbatim.
struct TextFigure: Figure {
  let text: Evidence.Text

  /// The longest text that is shown, in characters.
  static let greatestLength = 20_000

  var note: String? {
    text.body.count > Self.greatestLength
      ? "The first \(Self.greatestLength) characters are shown." : nil
  }

  var body: Markup {
    let body = String(text.body.prefix(Self.greatestLength))
    switch text.kind {
    case .verbatim: return .element("pre", ["tabindex": "0"], .verbatim(body))
    case .prose:
      return .group(
        body.split(separator: "\n\n").map { .element("p", [:], .verbatim(String($0))) })
    }
  }
}
