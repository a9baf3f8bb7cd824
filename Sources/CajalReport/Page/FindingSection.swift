// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// One finding on the page: its sentence, its figures, and how it was measured.
struct FindingSection {
  let finding: Finding
  let identifier: String
  /// The number of the first figure, table and text of the section.
  let first: Numbering
  /// The file beside the page that holds every number; nil where there is none.
  var companionFile: String?

  /// Rows of a figure's data that the page holds at most.
  static let dataRowLimit = 100

  /// The numbers that the next section begins with.
  var next: Numbering {
    var next = first
    for evidence in finding.evidence { _ = next.take(evidence) }
    return next
  }

  var markup: Markup {
    .element(
      "article", ["id": identifier],
      [
        .element("h3", [:], .text(finding.card.heading)),
        .element("p", ["class": "summary"], .text(finding.summary)),
      ] + figures + [Method(finding: finding).markup])
  }

  /// The figures in order; numbers that follow each other share a row.
  private var figures: [Markup] {
    var result: [Markup] = []
    var numbers: [Markup] = []
    var next = first
    func closeNumbers() {
      if !numbers.isEmpty { result.append(.element("div", ["class": "numbers"], numbers)) }
      numbers = []
    }
    for evidence in finding.evidence {
      if evidence.isNumber {
        numbers.append(number(evidence))
      } else {
        closeNumbers()
        result.append(figure(evidence, name: next.take(evidence)))
      }
    }
    closeNumbers()
    return result
  }

  private func number(_ evidence: Evidence) -> Markup {
    .element(
      "section", ["class": "number"], .element("h4", [:], .text(evidence.title)),
      evidence.figure.body, .element("p", ["class": "small"], .text(evidence.caption)))
  }

  private func figure(_ evidence: Evidence, name: String) -> Markup {
    let figure = evidence.figure
    let note = figure.note.map { " " + $0 } ?? ""
    return .element(
      "figure", ["class": evidence.shape], figure.body,
      .element(
        "figcaption", [:], .element("b", [:], .text(name + ". ")),
        .element("strong", [:], .text(Self.ended(evidence.title))),
        .text(" " + evidence.caption + note)),
      data(of: evidence))
  }

  private func data(of evidence: Evidence) -> Markup {
    guard let data = evidence.dataTable(limit: Self.dataRowLimit), !data.table.rows.isEmpty else {
      return .empty
    }
    let shown = data.table.rows.count
    let note =
      shown < data.rowCount
      ? "The first \(shown) of \(NumberText.short(Double(data.rowCount))) rows"
        + (companionFile.map { "; \($0) has them all." } ?? ".") : ""
    return .element(
      "details", ["class": "data"], .element("summary", [:], .text("The numbers as a table")),
      TableFigure(table: data.table).body,
      note.isEmpty ? .empty : .element("p", ["class": "small"], .text(note)))
  }

  /// A title as a sentence.
  private static func ended(_ title: String) -> String {
    title.last.map { ".?!".contains($0) } ?? true ? title : title + "."
  }
}

/// What the next figure, table and text are called.
struct Numbering: Sendable {
  private var counts: [String: Int] = [:]

  /// The name of the next piece of evidence: "Figure 3"; empty for numbers, which have none.
  mutating func take(_ evidence: Evidence) -> String {
    let kind: String
    switch evidence {
    case .number: return ""
    case .table: kind = "Table"
    case .text: kind = "Text"
    default: kind = "Figure"
    }
    counts[kind, default: 0] += 1
    return "\(kind) \(counts[kind, default: 0])"
  }
}

/// How a finding was measured and how to get the same numbers again.
private struct Method {
  let finding: Finding

  var markup: Markup {
    let provenance = finding.provenance
    var rows: [(String, Markup)] = [
      ("Method", .text(finding.card.name)), ("Measures", .text(finding.card.summary)),
      ("Source", source), ("Checkpoint", .element("code", [:], .text(provenance.checkpointDigest))),
    ]
    if let digest = provenance.dictionaryDigest {
      rows.append(("Dictionary", .element("code", [:], .text(digest))))
    }
    if case .object(let members) = provenance.options, members.isEmpty {
      rows.append(("Options", .text("none")))
    } else {
      rows.append(("Options", .element("code", [:], .text(provenance.options.plainText))))
    }
    rows.append(("Seed", .text("\(provenance.seed)")))
    for input in provenance.inputs {
      let detail = [input.digest, input.content.map { "“\($0)”" }].compactMap { $0 }
      rows.append(("Input", .text(([input.name] + detail).joined(separator: " · "))))
    }
    rows.append(("Version", .text("cajal " + provenance.version)))
    if let date = provenance.date { rows.append(("Date", .text(date))) }
    return .element(
      "details", ["class": "method"], .element("summary", [:], .text("How this was measured")),
      .element(
        "dl", [:],
        rows.flatMap { [.element("dt", [:], .text($0.0)), .element("dd", [:], $0.1)] }))
  }

  /// The source as a link where it is nothing but a web address.
  private var source: Markup {
    let text = finding.card.source
    let permitted = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    guard text.hasPrefix("https://"), permitted else { return .text(text) }
    return .element("a", ["href": text, "rel": "noopener noreferrer"], .text(text))
  }
}

extension Evidence {
  fileprivate var isNumber: Bool { if case .number = self { true } else { false } }
}
