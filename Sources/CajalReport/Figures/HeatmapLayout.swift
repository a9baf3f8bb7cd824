// SPDX-License-Identifier: Apache-2.0

/// Where the cells and names of a heatmap lie within a given width.
struct HeatmapLayout: Sendable {
  /// Names along one axis and the cells they stand at, in cells from the start.
  struct Labels: Sendable {
    let names: [String]
    let places: [Double]

    /// Given names, one a cell.
    init(_ names: [String], within limit: Double) {
      self.names = names.map {
        TextMetrics.fitted(TextMetrics.label($0), size: 12, within: limit)
      }
      places = names.indices.map { Double($0) + 0.5 }
    }

    /// Round numbers for cells without names, where each cell stands for a block.
    init(cellCount: Int, block: Int, count: Int) {
      let last = Double(max(0, cellCount * block - 1))
      let ticks =
        cellCount <= 1
        ? [0]
        : Ticks.linear(from: 0, to: last, count: count)
          .filter { $0 == $0.rounded() }
      names = Ticks.labels(ticks)
      places = ticks.map { ($0 / Double(block)).rounded(.down) + 0.5 }
    }

    /// The width of the widest name.
    var widest: Double { names.map { TextMetrics.width($0, size: 12) }.max() ?? 0 }
  }

  let left: Double
  let top: Double
  let cellWidth: Double
  let cellHeight: Double
  let rowCount: Int
  let columnCount: Int
  private let rows: Labels
  private let columns: Labels
  private let turnsColumnNames: Bool

  /// Columns share the width; cells are square where that gives neither slivers nor slabs.
  init(
    matrix: Matrix, block: (rows: Int, columns: Int), names: (rows: [String], columns: [String]),
    width: Double
  ) {
    rowCount = matrix.rowCount
    columnCount = matrix.columnCount
    rows =
      names.rows.isEmpty
      ? Labels(cellCount: rowCount, block: block.rows, count: 10)
      : Labels(Self.picked(names.rows, every: block.rows, count: rowCount), within: width * 0.24)
    columns =
      names.columns.isEmpty
      ? Labels(cellCount: columnCount, block: block.columns, count: width == wideFigure ? 10 : 5)
      : Labels(Self.picked(names.columns, every: block.columns, count: columnCount), within: 96)
    left = rows.widest + 10
    top = 26
    let fitting = (width - left - 6) / Double(max(1, columnCount))
    cellWidth = min(columnCount <= 12 ? 64 : columnCount <= 24 ? 36 : 28, fitting)
    cellHeight = min(
      columnCount <= 12 ? 28 : 36, max(cellWidth, min(12, 240 / Double(max(1, rowCount)))))
    turnsColumnNames = !names.columns.isEmpty && columns.widest + 6 > cellWidth
  }

  /// The height of everything.
  var height: Double {
    bottom + (turnsColumnNames ? columns.widest * 0.72 + 18 : 24)
  }

  /// The right edge of the cells.
  var right: Double { left + cellWidth * Double(columnCount) }

  /// The lower edge of the cells.
  var bottom: Double { top + cellHeight * Double(rowCount) }

  /// Whether cells are wide and few enough to carry their numbers.
  var showsValues: Bool {
    cellWidth >= 34 && cellHeight >= 18 && columnCount <= 12 && rowCount * columnCount <= 400
  }

  /// Draws as many names as have room.
  func drawNames(in drawing: inout Drawing) {
    var limit = -Double.infinity
    for (name, place) in zip(rows.names, rows.places) {
      let y = top + place * cellHeight
      if y < limit { continue }
      limit = y + 14
      drawing.text(name, left - 7, y + 4, anchor: .end, style: "t ink")
    }
    limit = -Double.infinity
    for (name, place) in zip(columns.names, columns.places) {
      let x = left + place * cellWidth
      let half = turnsColumnNames ? 7.5 : TextMetrics.width(name, size: 12) / 2 + 4
      if x - half < limit { continue }
      limit = x + half
      if turnsColumnNames {
        drawing.text(name, x + 4, bottom + 13, anchor: .end, style: "t ink", degrees: -45)
      } else {
        drawing.text(name, x, bottom + 16, anchor: .middle, style: "t ink")
      }
    }
  }

  private static func picked(_ names: [String], every block: Int, count: Int) -> [String] {
    (0..<count).map { $0 * block < names.count ? names[$0 * block] : "\($0 * block)" }
  }
}
