// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

extension Evidence {
  /// The numbers of a figure as a table of at most `limit` rows, for readers who want or need them;
  /// nil where the evidence is words or numbers already.
  func dataTable(limit: Int) -> (table: Table, rowCount: Int)? {
    switch self {
    case .number, .table, .text: nil
    case .curve(let curve): curve.dataTable(limit: limit)
    case .distribution(let distribution): distribution.dataTable(limit: limit)
    case .points(let points): points.dataTable(limit: limit)
    case .heatmap(let heatmap): heatmap.dataTable(limit: limit)
    case .tokens(let strip): strip.dataTable(limit: limit)
    case .graph(let graph): graph.dataTable(limit: limit)
    }
  }
}

private func named(
  _ title: String, _ columns: [Evidence.Table.Column], _ rows: [[Evidence.Table.Cell]],
  of count: Int
) -> (table: Evidence.Table, rowCount: Int) {
  (Evidence.Table(title: title, caption: "", columns: columns, rows: rows), count)
}

extension Evidence.Table.Column {
  /// A column of numbers named for an axis.
  fileprivate init(_ axis: Axis) { self.init(axis.label, .number, unit: axis.unit) }
}

extension Evidence.Table.Cell {
  /// A number, or nothing.
  fileprivate static func optional(_ value: Double?) -> Self {
    value.map { .number($0) } ?? .missing
  }
}

extension Evidence.Curve {
  /// One row a place where all series share their places, else one a value.
  fileprivate func dataTable(limit: Int) -> (table: Evidence.Table, rowCount: Int) {
    if let first = series.first, series.allSatisfy({ $0.x == first.x && $0.y.count == $0.x.count })
    {
      let columns =
        [Evidence.Table.Column(xAxis)]
        + series.map { Evidence.Table.Column($0.label, .number, unit: yAxis.unit) }
      let rows = first.x.indices.prefix(limit).map { index in
        [.number(first.x[index])] + series.map { Evidence.Table.Cell.number($0.y[index]) }
      }
      return named(title, columns, rows, of: first.x.count)
    }
    let rows = series.flatMap { series in
      zip(series.x, series.y).prefix(limit).map { x, y in
        [Evidence.Table.Cell.text(series.label), .number(x), .number(y)]
      }
    }
    return named(
      title, [.init("line"), .init(xAxis), .init(yAxis)], Array(rows.prefix(limit)),
      of: series.reduce(0) { $0 + min($1.x.count, $1.y.count) })
  }
}

extension Evidence.Distribution {
  fileprivate func dataTable(limit: Int) -> (table: Evidence.Table, rowCount: Int) {
    let bins: Bins
    switch content {
    case .categories(let categories):
      let withInterval = categories.contains { $0.interval != nil }
      let columns: [Evidence.Table.Column] =
        [.init("name"), .init(axis)]
        + (withInterval ? [.init("low", .number), .init("high", .number)] : [])
      let rows = categories.prefix(limit).map { category -> [Evidence.Table.Cell] in
        [.text(TextMetrics.label(category.label)), .number(category.value)]
          + (withInterval
            ? [.optional(category.interval?.low), .optional(category.interval?.high)] : [])
      }
      return named(title, columns, rows, of: categories.count)
    case .values(let values): bins = Bins(of: values, scale: axis.scale)
    case .bins(let edges, let counts): bins = Bins(edges: edges, counts: counts)
    }
    let rows = bins.counts.indices.prefix(limit).map { index -> [Evidence.Table.Cell] in
      [.number(bins.edges[index]), .number(bins.edges[index + 1]), .number(bins.counts[index])]
    }
    return named(
      title,
      [
        .init("from", .number, unit: axis.unit), .init("to", .number, unit: axis.unit),
        .init("count", .bar),
      ], rows, of: bins.counts.count)
  }
}

extension Evidence.Points {
  fileprivate func dataTable(limit: Int) -> (table: Evidence.Table, rowCount: Int) {
    let hasNames = points.contains { $0.label != nil }
    let hasValues = points.contains { $0.value != nil }
    let columns =
      (hasNames ? [Evidence.Table.Column("name")] : []) + [.init(xAxis), .init(yAxis)]
      + (hasValues ? [.init(valueAxis ?? Axis("value"))] : [])
    let rows = points.prefix(limit).map { point -> [Evidence.Table.Cell] in
      (hasNames ? [point.label.map { .text(TextMetrics.label($0)) } ?? .missing] : [])
        + [.number(point.x), .number(point.y)] + (hasValues ? [.optional(point.value)] : [])
    }
    return named(title, columns, rows, of: points.count)
  }
}

extension Evidence.Heatmap {
  fileprivate func dataTable(limit: Int) -> (table: Evidence.Table, rowCount: Int) {
    let columnCount = panels.flatMap(\.values).map(\.count).max() ?? 0
    let shown = min(columnCount, 64)
    let names = (0..<shown).map { index in
      index < columns.count ? TextMetrics.label(columns[index]) : "\(index)"
    }
    let head: [Evidence.Table.Column] =
      (panels.count > 1 ? [.init("panel")] : []) + [.init(rowAxis.label)]
      + names.map { .init($0, .number) }
    var lines: [[Evidence.Table.Cell]] = []
    for panel in panels {
      for (row, values) in panel.values.enumerated() where lines.count < limit {
        let name = row < rows.count ? TextMetrics.label(rows[row]) : "\(row)"
        lines.append(
          (panels.count > 1 ? [.text(panel.label)] : []) + [.text(name)]
            + values.prefix(shown).map { .number($0) })
      }
    }
    return named(title, head, lines, of: panels.reduce(0) { $0 + $1.values.count })
  }
}

extension Evidence.TokenStrip {
  fileprivate func dataTable(limit: Int) -> (table: Evidence.Table, rowCount: Int) {
    let noted = tokens.contains { $0.note != nil }
    let columns: [Evidence.Table.Column] =
      [.init("position", .number), .init("token", .token), .init(valueAxis)]
      + (noted ? [.init("note")] : [])
    let rows = tokens.prefix(limit).enumerated().map { index, token -> [Evidence.Table.Cell] in
      [.number(index), .text(token.text), .optional(token.value)]
        + (noted ? [token.note.map { .text($0) } ?? .missing] : [])
    }
    return named(title, columns, rows, of: tokens.count)
  }
}

extension Evidence.Graph {
  fileprivate func dataTable(limit: Int) -> (table: Evidence.Table, rowCount: Int) {
    let labels = Dictionary(
      nodes.map { ($0.identifier, $0.label) }, uniquingKeysWith: { a, _ in a })
    let ordered = edges.sorted { abs($0.weight) > abs($1.weight) }
    let rows = ordered.prefix(limit).map { edge -> [Evidence.Table.Cell] in
      [
        .text(labels[edge.from] ?? edge.from), .text(labels[edge.to] ?? edge.to),
        .number(edge.weight),
      ]
    }
    return named(title, [.init("from"), .init("to"), .init(weightAxis)], rows, of: edges.count)
  }
}
