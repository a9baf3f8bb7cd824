// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// What one reads first: title, what was examined, and everything found in one sentence each.
struct OpeningPage {
  let report: Report

  init(_ report: Report) { self.report = report }

  var markup: Markup {
    .element(
      "header", ["class": "opening"],
      .element("p", ["class": "over"], .text("Cajal check-up")),
      .element("h1", [:], .text(report.title)),
      .element("p", ["class": "subject"], .text(report.subject)),
      .group(report.opening.map { .element("p", ["class": "lead"], .text($0)) }), facts, glance)
  }

  private var facts: Markup {
    guard !report.facts.isEmpty else { return .empty }
    return .element(
      "dl", ["class": "facts"],
      report.facts.map { fact in
        .element(
          "div", [:], .element("dt", [:], .text(fact.label)),
          .element("dd", [:], .text(fact.value)))
      })
  }

  private var glance: Markup {
    let lines = report.chapters.enumerated().flatMap { index, chapter in
      chapter.findings.enumerated().map { place, finding -> Markup in
        .element(
          "li", [:],
          .element(
            "a", ["href": "#" + Page.identifier(index, place)], .text(finding.card.heading)),
          .text(" " + finding.summary))
      }
    }
    guard !lines.isEmpty else { return .empty }
    return .element(
      "section", ["class": "glance"], .element("h2", [:], .text("At a glance")),
      .element("ul", [:], lines))
  }
}
