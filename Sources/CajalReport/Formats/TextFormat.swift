// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// The report for a terminal: wrapped to its width, figures in block characters.
public struct TextFormat: ReportFormat {
  /// The usual ending, `txt`.
  public var fileExtension: String { "txt" }

  /// How many columns lines have at most; at least 40 are used.
  public var width: Int
  /// Whether escape sequences for bold and colours are written.
  public var usesColor: Bool

  /// Creates the format for lines of a width.
  public init(width: Int = 80, usesColor: Bool = false) {
    self.width = width
    self.usesColor = usesColor
  }

  /// The whole report.
  public func render(_ report: Report) -> String {
    var page = TextPage(width: max(40, width), usesColor: usesColor)
    page.heading(report.title, underline: "═")
    page.paragraph(report.subject)
    page.blank()
    for paragraph in report.opening {
      page.paragraph(paragraph)
      page.blank()
    }
    page.pairs(report.facts.map { ($0.label, $0.value) })
    for (index, chapter) in report.chapters.enumerated() {
      page.blank()
      page.heading("\(index + 1)  \(chapter.title)", underline: "─")
      if !chapter.introduction.isEmpty { page.paragraph(chapter.introduction) }
      for finding in chapter.findings { page.finding(finding) }
    }
    return page.text
  }
}

extension ReportFormat where Self == TextFormat {
  /// Plain text of 80 columns.
  public static var text: TextFormat { TextFormat() }

  /// Text for a terminal of a width, with colours where it shows them.
  public static func text(width: Int, usesColor: Bool = false) -> TextFormat {
    TextFormat(width: width, usesColor: usesColor)
  }
}

extension TextPage {
  fileprivate mutating func finding(_ finding: Finding) {
    blank()
    strong(finding.card.heading)
    paragraph(finding.summary)
    for evidence in finding.evidence {
      blank()
      TextDrawing.draw(evidence, on: &self)
    }
  }
}
