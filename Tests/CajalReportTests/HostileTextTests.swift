// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalReport
import Testing

struct HostileTextTests {
  private static let permittedElements: Set<String> = [
    "a", "article", "b", "body", "br", "circle", "code", "dd", "desc", "details", "div", "dl", "dt",
    "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "head", "header", "html", "i", "li",
    "line", "main", "meta", "nav", "ol", "p", "path", "pre", "rect", "section", "span", "strong",
    "style", "summary", "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr", "ul",
    "wbr",
  ]

  @Test(arguments: Examples.hostile)
  func `the page shows hostile text as text in every place that has text`(text: String) throws {
    let plain = try XMLTree.parsed(
      Examples.report(Examples.shapes(), text: "words").rendered(as: .html))
    let source = try Examples.report(Examples.shapes(text: text), text: text).rendered(as: .html)
    let page = try XMLTree.parsed(source)
    let names = Set(page.all.map(\.name))
    #expect(names.isSubset(of: Self.permittedElements), "\(names.subtracting(Self.permittedElements))")
    #expect(Set(page.all.flatMap(\.attributes.keys)).isSubset(of: Set(plain.all.flatMap(\.attributes.keys))))
    #expect(source.unicodeScalars.allSatisfy(Self.isHarmless))
    // Titles are set in full, so the words must be there, sanitized.
    let heading = page.elements("h1").first?.fullText
    #expect(heading == Terminal.sanitized(text))
    #expect(page.elements("style").count == 1 && page.elements("title").first?.children.isEmpty == true)
  }

  @Test(arguments: Examples.hostile, [true, false])
  func `terminal text holds no control characters but line breaks and its own colours`(
    text: String, usesColor: Bool
  ) throws {
    var output = try Examples.report(Examples.shapes(text: text), text: text)
      .rendered(as: .text(width: 72, usesColor: usesColor))
    if usesColor { output = output.replacing(/\u{1B}\[[0-9;]*m/, with: "") }
    #expect(output.unicodeScalars.allSatisfy(Self.isHarmless))
    #expect(output.contains("Text") || !output.isEmpty)
  }

  @Test(arguments: Examples.hostile)
  func `Markdown stays words`(text: String) throws {
    let output = try Examples.report(Examples.shapes(text: text), text: text)
      .rendered(as: .markdown)
    #expect(output.unicodeScalars.allSatisfy(Self.isHarmless))
    var fenced = false
    for line in output.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") { fenced.toggle() }
      if fenced || line.hasPrefix("```") { continue }
      #expect(!line.contains("<"), "\(line)")
      #expect(line.firstMatch(of: /(^|[^\\])\]\(/) == nil, "\(line)")
    }
    #expect(!fenced)
  }

  @Test func `columns of a Markdown table survive bars in cells`() throws {
    let table = Evidence.Table(
      title: "t", caption: "", columns: [.init("a|b"), .init("c", .token)],
      rows: [["x|y\\|z", "|"], ["`|`", "\n"]])
    let output = try Examples.report([.table(table)]).rendered(as: .markdown)
    let rows = output.split(separator: "\n").filter { $0.hasPrefix("| ") }.map { line in
      line.replacing(/\\./, with: "").count { $0 == "|" }
    }
    #expect(rows.filter { $0 != 3 } == [])
    #expect(rows.count >= 6)
  }

  @Test func `a fence is longer than any within`() throws {
    let body = "```\nnot code\n````\n"
    let text = Evidence.Text(title: "t", caption: "", body: body, kind: .verbatim)
    let output = try Examples.report([.text(text)]).rendered(as: .markdown)
    #expect(output.contains("`````text\n\(body)\n`````"))
  }

  /// Neither a control character but the line break, nor a mark that turns the reading direction.
  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "\n" { return true }
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format: return false
    default: return scalar.value != 0xFFFE && scalar.value != 0xFFFF
    }
  }
}
