// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// A report as one HTML page.
struct Page {
  let report: Report

  init(_ report: Report) { self.report = report }

  /// The document with its type declaration.
  var source: String { "<!DOCTYPE html>\n" + document.source + "\n" }

  private var document: Markup {
    .element(
      "html", ["lang": "en"], head,
      .element("body", [:], OpeningPage(report).markup, contents, main))
  }

  private var head: Markup {
    .element(
      "head", [:],
      .element("meta", ["charset": "utf-8"]),
      .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .element("meta", ["name": "color-scheme", "content": "light dark"]),
      .element("meta", ["name": "referrer", "content": "no-referrer"]),
      // Nothing is loaded and nothing runs, whatever a finding holds.
      .element(
        "meta",
        [
          "http-equiv": "Content-Security-Policy",
          "content": "default-src 'none'; style-src 'unsafe-inline'",
        ]),
      .element("meta", ["name": "generator", "content": "cajal \(report.version)"]),
      .element("title", [:], .text(report.title)), Stylesheet.markup)
  }

  private var main: Markup {
    var pieces: [Markup] = []
    var numbering = Numbering()
    for (index, chapter) in report.chapters.enumerated() {
      let sections = chapter.findings.enumerated().map { place, finding -> Markup in
        let section = FindingSection(
          finding: finding, identifier: Self.identifier(index, place),
          first: numbering, companionFile: report.companionFile)
        numbering = section.next
        return section.markup
      }
      pieces.append(
        .element(
          "section", ["class": "chapter", "id": "c\(index + 1)"],
          [
            .element(
              "h2", [:], .element("span", ["class": "no"], .text("\(index + 1)")),
              .text(chapter.title)),
            chapter.introduction.isEmpty
              ? .empty : .element("p", ["class": "intro"], .text(chapter.introduction)),
          ] + sections))
    }
    pieces.append(footer)
    return .element("main", [:], pieces)
  }

  private var contents: Markup {
    guard !report.chapters.isEmpty else { return .empty }
    let chapters = report.chapters.enumerated().map { index, chapter -> Markup in
      let findings = chapter.findings.enumerated().map { place, finding -> Markup in
        .element(
          "li", [:],
          .element("a", ["href": "#" + Self.identifier(index, place)], .text(finding.card.heading)))
      }
      return .element(
        "li", [:],
        .element(
          "a", ["href": "#c\(index + 1)"],
          .element("span", ["class": "no"], .text("\(index + 1)")), .text(chapter.title)),
        findings.isEmpty ? .empty : .element("ol", [:], findings))
    }
    return .element(
      "nav", ["aria-label": "Contents"], .element("p", ["class": "over"], .text("Contents")),
      .element("ol", [:], chapters))
  }

  private var footer: Markup {
    .element(
      "footer", [:],
      .element(
        "p", [:],
        .text(
          "Written by cajal \(report.version)."
            + (report.companionFile.map {
              " Every number of this page, unrounded, is in \($0) beside it."
            } ?? ""))))
  }

  /// The anchor of a finding: `f2-1` is the first one of the second chapter.
  static func identifier(_ chapter: Int, _ finding: Int) -> String {
    "f\(chapter + 1)-\(finding + 1)"
  }
}

extension MethodCard {
  /// The name as a heading: `loss-by-position` becomes "Loss by position".
  var heading: String {
    let words = name.replacing("-", with: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}
