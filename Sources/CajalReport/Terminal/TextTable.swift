// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// A table in columns of text.
struct TextTable {
  let table: Evidence.Table
  /// How many rows are written at most.
  var rowLimit = 40

  /// The cells as text, column by column, heads first.
  var columns: [[String]] {
    let rows = table.rows.prefix(rowLimit)
    return table.columns.enumerated().map { index, column in
      let cells = rows.map { index < $0.count ? $0[index] : .missing }
      let numbers = NumberText.column(
        cells.map { cell in if case .number(let value) = cell { value } else { .nan } })
      let body = zip(cells, numbers).map { cell, number in
        switch cell {
        case .missing: "–"
        case .number: number
        case .text(let text):
          column.kind == .token ? Terminal.visibleToken(text) : Terminal.sanitized(text)
        }
      }
      let head = column.unit.isEmpty ? column.name : "\(column.name) (\(column.unit))"
      return [Terminal.sanitized(head)] + body
    }
  }

  /// Writes as many columns as have room, the last ones left out first.
  func write(on page: inout TextPage) {
    guard !table.columns.isEmpty, !table.rows.isEmpty else { return page.line("(no rows)") }
    let columns = columns
    var widths: [Int] = []
    var used = 0
    for column in columns {
      let width = min(max(8, page.width / 2), column.map(TextMetrics.columns).max() ?? 0)
      if used + width > page.width { break }
      widths.append(width)
      used += width + 2
    }
    for row in 0..<(columns.first?.count ?? 0) {
      let cells = widths.enumerated().map { index, width in
        TextPage.padded(columns[index][row], to: width, right: table.columns[index].isNumeric)
      }
      page.line(trimmed(cells.joined(separator: "  ")))
      if row == 0 {
        page.line(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "))
      }
    }
    if widths.count < columns.count {
      page.line("(\(columns.count - widths.count) more columns need a wider terminal)")
    }
    if table.rows.count > rowLimit { page.line("(\(table.rows.count - rowLimit) more rows)") }
  }

  private func trimmed(_ line: String) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }
}
