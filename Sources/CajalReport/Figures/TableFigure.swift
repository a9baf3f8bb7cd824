// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Rows and columns, numbers aligned, with bars where a column asks for them.
struct TableFigure: Figure {
  let table: Evidence.Table
  /// How many rows are shown at most.
  var rowLimit = 200

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
    return .element(
      "div", ["class": "scroll", "tabindex": "0", "role": "group", "aria-label": table.title],
      .element(
        "table", [:], .element("thead", [:], .element("tr", [:], head)),
        .element("tbody", [:], lines)))
  }

  private func cells(
    _ column: Evidence.Table.Column, _ cells: [Evidence.Table.Cell]
  ) -> [Markup] {
    let numbers = cells.map { cell in
      if case .number(let value) = cell { value } else { Double.nan }
    }
    let texts = NumberText.column(numbers)
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
        let style = column.isNumeric ? "n" : text.count <= 32 ? "nw" : nil
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
