// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// The report in Markdown with tables, as version control and notebooks show it.
public struct MarkdownFormat: ReportFormat {
  /// The usual ending, `md`.
  public var fileExtension: String { "md" }

  /// How many rows a table has at most.
  public static let rowLimit = 40

  /// Creates the format; it has no options.
  public init() {}

  /// The whole report.
  public func render(_ report: Report) -> String {
    var blocks = ["# " + escaped(report.title), "**\(escaped(report.subject))**"]
    blocks += report.opening.map(escaped)
    if !report.facts.isEmpty {
      blocks.append(
        table(
          ["", ""], [false, false], report.facts.map { [escaped($0.label), escaped($0.value)] }))
    }
    for (index, chapter) in report.chapters.enumerated() {
      blocks.append("## \(index + 1) " + escaped(chapter.title))
      if !chapter.introduction.isEmpty { blocks.append(escaped(chapter.introduction)) }
      for finding in chapter.findings { blocks += self.blocks(of: finding) }
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private func blocks(of finding: Finding) -> [String] {
    var blocks = ["### " + escaped(finding.card.heading), escaped(finding.summary)]
    for evidence in finding.evidence {
      blocks.append("**\(escaped(evidence.title))**")
      blocks += content(of: evidence)
      if !evidence.caption.isEmpty { blocks.append("*\(escaped(evidence.caption))*") }
    }
    let provenance = finding.provenance
    let date = provenance.date.map { ", " + $0 } ?? ""
    blocks.append(
      escaped(
        "Method \(finding.card.name) (\(finding.card.source)); checkpoint "
          + "\(provenance.checkpointDigest); options \(provenance.options.plainText); seed "
          + "\(provenance.seed); cajal \(provenance.version)\(date)."))
    return blocks
  }

  private func content(of evidence: Evidence) -> [String] {
    switch evidence {
    case .number(let number):
      var parts = [NumberText.short(number.value, unit: number.unit)]
      if let interval = number.interval {
        parts.append("\(NumberText.short(interval.low)) to \(NumberText.short(interval.high))")
      }
      parts += number.baselines.map { "\($0.label) \(NumberText.short($0.value))" }
      if let count = number.sampleCount { parts.append("n = \(NumberText.short(Double(count)))") }
      return [escaped(parts.joined(separator: "; "))]
    case .text(let text):
      return text.kind == .prose
        ? text.body.split(separator: "\n\n").map { escaped(String($0)) } : [fenced(text.body)]
    case .table(let table): return [self.table(table)]
    default:
      return evidence.dataTable(limit: Self.rowLimit).map { data in
        let more = data.rowCount - data.table.rows.count
        return [table(data.table)] + (more > 0 ? ["(\(more) more rows)"] : [])
      } ?? []
    }
  }

  private func table(_ table: Evidence.Table) -> String {
    let columns = TextTable(table: table, rowLimit: Self.rowLimit).columns
    guard let count = columns.first?.count, count > 1 else { return "(no rows)" }
    let rows = (1..<count).map { row in columns.map { escaped($0[row]) } }
    return self.table(
      columns.map { escaped($0[0]) }, table.columns.map(\.isNumeric), rows)
  }

  private func table(_ heads: [String], _ right: [Bool], _ rows: [[String]]) -> String {
    let rule = right.map { $0 ? "---:" : "---" }
    return ([heads, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
      .joined(separator: "\n")
  }

  /// A fence longer than any run of backticks within.
  private func fenced(_ text: String) -> String {
    let clean = Terminal.sanitized(text, keepingLineBreaks: true)
    let longest = clean.split { $0 != "`" }.map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return "\(fence)text\n\(clean)\n\(fence)"
  }

  /// Words that stay words: sanitized, on one line, with all that Markdown or HTML reads as more.
  private func escaped(_ text: String) -> String {
    let line = Terminal.sanitized(text.split(separator: "\n").joined(separator: " "))
    var result = ""
    for character in line {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "!", "$": result += "\\\(character)"
      case "-" where result.isEmpty, "+" where result.isEmpty, "=" where result.isEmpty:
        result += "\\\(character)"
      default: result.append(character)
      }
    }
    // A number, a dot or parenthesis and a space in front would become a list.
    let digits = result.prefix { $0.isASCII && $0.isNumber }
    let rest = result.dropFirst(digits.count)
    if !digits.isEmpty, let mark = rest.first, mark == "." || mark == ")",
      rest.dropFirst().first.map({ $0 == " " }) ?? true
    {
      result = digits + "\\" + rest
    }
    return result
  }
}

extension ReportFormat where Self == MarkdownFormat {
  /// Markdown with tables.
  public static var markdown: MarkdownFormat { MarkdownFormat() }
}
