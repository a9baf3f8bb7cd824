// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Rows and columns, numbers aligned, with bars where a column asks for them.
struct TableFigure: Figure {
  let table: Evidence.Table
  /// How many rows are shown at most.
  var rowLimit = 200
  /// Whether a long table shows its first rows and keeps the others behind a summary.
  var folds = false

  /// Tables of more rows are long.
  static let longest = 12
  /// Rows of a long table that are shown at once.
  private static let firstRows = 6

  var note: String? {
    table.rows.count > rowLimit
      ? "The first \(rowLimit) of \(NumberText.short(Double(table.rows.count))) rows are shown; "
        + "findings.json has them all." : nil
  }

  var body: Markup {
    if table.columns.isEmpty || table.rows.isEmpty { return emptyFigure("No rows.") }
    let rows = table.rows.prefix(rowLimit)
    let columns = table.columns.indices.map { column in
      rows.map { column < $0.count ? $0[column] : .missing }
    }
    let rendered = zip(table.columns, columns).map(cells)
    let head = table.columns.map { column in
      Markup.element(
        "th",
        [
          "scope": "col", "class": column.isNumeric ? "n" : nil,
          "colspan": column.kind == .bar ? "2" : nil,
        ],
        .text(column.unit.isEmpty ? column.name : "\(column.name) (\(column.unit))"))
    }
    let lines = rows.indices.map { row in
      Markup.element("tr", [:], rendered.map { $0[row - rows.startIndex] })
    }
    guard folds, table.isFolded || table.rows.count > Self.longest else {
      return scrolling(head, lines)
    }
    let count = NumberText.short(Double(table.rows.count))
    let summary =
      rows.count < table.rows.count
      ? "The first \(rows.count) of \(count) rows"
      : "All \(count) \(table.rows.count == 1 ? "row" : "rows")"
    let all = Markup.element(
      "details", ["class": "rows"], .element("summary", [:], .text(summary)),
      scrolling(head, lines))
    if table.isFolded { return all }
    let first = scrolling(head, Array(lines.prefix(Self.firstRows)))
    return .element("div", ["class": "first-rows"], first) + all
  }

  /// Rows that scroll sideways where they are wider than the page, which is said where they are.
  private func scrolling(_ head: [Markup], _ lines: [Markup]) -> Markup {
    let width = estimatedWidth
    let hint: Markup =
      width <= narrowFigure
      ? .empty
      : .element(
        "p", ["class": width <= wideFigure ? "hint narrow" : "hint"],
        .text("More columns to the right: scroll sideways →"))
    return hint
      + .element(
        "div", ["class": "scroll", "tabindex": "0", "role": "group", "aria-label": table.title],
        .element(
          "table", [:], .element("thead", [:], .element("tr", [:], head)),
          .element("tbody", [:], lines)))
  }

  /// About how wide the table is at least, when all that may wrap is wrapped, in pixels.
  private var estimatedWidth: Double {
    // What text metrics reserve is more than most faces take.
    let share = 0.92
    let texts = TextTable(table: table, rowLimit: rowLimit).columns
    return zip(table.columns, texts).reduce(0) { sum, entry in
      let (column, texts) = entry
      let (head, cells) = (texts.first ?? "", texts.dropFirst())
      let wraps = !Self.isNarrow(column, Array(cells))
      let parts = { (text: String) in
        wraps ? text.split(separator: " ").map(String.init) : [text]
      }
      let heading = parts(head).map { TextMetrics.width($0, size: 13) }.max() ?? 0
      let body = cells.flatMap(parts).map { TextMetrics.width($0, size: 15) }.max() ?? 0
      return sum + max(heading, body + (column.kind == .bar ? 82 : 0)) * share + 14
    }
  }

  /// Whether no cell of a column is broken into lines.
  private static func isNarrow(_ column: Evidence.Table.Column, _ texts: [String]) -> Bool {
    column.kind != .text || texts.allSatisfy { $0.count <= 32 }
  }

  private func cells(
    _ column: Evidence.Table.Column, _ cells: [Evidence.Table.Cell]
  ) -> [Markup] {
    let numbers = cells.map { cell in
      if case .number(let value) = cell { value } else { Double.nan }
    }
    let texts = NumberText.column(numbers)
    let words = cells.compactMap { cell in if case .text(let text) = cell { text } else { nil } }
    let isNarrow = Self.isNarrow(column, words)
    let largest = numbers.filter(\.isFinite).map { abs($0) }.max() ?? 0
    let blank: Markup = column.kind == .bar ? .element("td", ["class": "b"]) : .empty
    return cells.indices.map { index in
      switch cells[index] {
      case .missing:
        return blank + .element("td", ["class": column.isNumeric ? "n none" : "none"], .text("–"))
      case .text(let text) where column.kind == .token:
        return .element(
          "td", [:], .element("code", [:], .text(Terminal.visibleToken(text))))
      case .text(let text):
        let style = column.isNumeric ? "n" : isNarrow ? "nw" : nil
        return blank + .element("td", ["class": style], .text(text))
      case .number(let value):
        let bar = column.kind == .bar ? bar(value, largest: largest) : .empty
        return bar + .element("td", ["class": "n"], .text(texts[index]))
      }
    }
  }

  /// A cell with a bar as wide as the value's share of the largest.
  private func bar(_ value: Double, largest: Double) -> Markup {
    var drawing = Drawing(width: 72, height: 10)
    if value.isFinite, largest > 0 {
      drawing.rectangle(
        0, 0, width: max(value == 0 ? 0 : 1, abs(value) / largest * 72), height: 10,
        style: value < 0 ? "pt s1" : "pt s0")
    }
    return .element("td", ["class": "b", "aria-hidden": "true"], drawing.ornament)
  }
}

extension Evidence.Table.Column {
  /// Whether the column is set as numbers.
  var isNumeric: Bool { kind == .number || kind == .bar }
}
