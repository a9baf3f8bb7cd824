// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import Testing

@testable import CajalReport

struct TableFigureTests {
  private func table(rows: Int, columns: Int = 2, cell: String = "cell") -> Evidence.Table {
    Evidence.Table(
      title: "t", caption: "", columns: (0..<columns).map { .init("column \($0)") },
      rows: (0..<rows).map { row in (0..<columns).map { _ in .text("\(cell) \(row)") } })
  }

  private func parsed(_ table: Evidence.Table) throws -> XMLTree {
    try XMLTree.parsed(
      "<div>\(TableFigure(table: table, folds: true).body.source)</div>")
  }

  @Test func `a long table shows its first rows and folds all of them`() throws {
    let short = try parsed(table(rows: 12))
    #expect(short.elements("details").isEmpty && short.elements("tr").count == 13)
    let long = try parsed(table(rows: 13))
    let details = try #require(long.elements("details").first)
    #expect(details.elements("summary").map(\.fullText) == ["All 13 rows"])
    #expect(details.elements("tr").count == 14)
    #expect(long.elements("tr").count == 14 + 7, "six rows and a head stay visible")
  }

  @Test func `a summary does not promise rows that are not there`() throws {
    let summary = try parsed(table(rows: 1234)).elements("summary").map(\.fullText)
    #expect(summary == ["The first 200 of 1234 rows"])
  }

  @Test func `a folded table shows no row by itself`() throws {
    var folded = table(rows: 3)
    folded.isFolded = true
    let root = try parsed(folded)
    #expect(root.elements("summary").map(\.fullText) == ["All 3 rows"])
    #expect(root.elements("tr").count == root.elements("details")[0].elements("tr").count)
  }

  @Test func `only tables wider than the page say that they scroll`() throws {
    func hint(_ table: Evidence.Table) throws -> String? {
      try parsed(table).elements("p").first?.attributes["class"]
    }
    #expect(try hint(table(rows: 2)) == nil)
    #expect(try hint(table(rows: 2, columns: 6)) == "hint narrow")
    #expect(try hint(table(rows: 2, columns: 20)) == "hint")
    let sentence = "a sentence of many short words that may be broken into lines anywhere"
    #expect(try hint(table(rows: 2, columns: 3, cell: sentence)) == nil)
  }
}
