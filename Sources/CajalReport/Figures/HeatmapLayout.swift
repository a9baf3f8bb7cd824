// SPDX-License-Identifier: Apache-2.0

/// Where the cells and names of a heatmap lie within a given width.
struct HeatmapLayout: Sendable {
  let left: Double
  let top: Double
  let cellWidth: Double
  let cellHeight: Double
  let height: Double
  private let rowNames: [String]
  private let columnNames: [String]
  private let turnsColumnNames: Bool

  /// Columns share the width; cells are square where that gives neither slivers nor slabs.
  init(rowNames: [String], columnNames: [String], width: Double) {
    let size = 12.0
    let rows = rowNames.map { TextMetrics.fitted($0, size: size, within: width * 0.24) }
    let nameWidth = rows.map { TextMetrics.width($0, size: size) }.max() ?? 0
    let left = nameWidth + 10
    let fittingWidth = (width - left - 6) / Double(max(1, columnNames.count))
    let cellWidth = min(columnNames.count <= 12 ? 64 : 28, fittingWidth)
    let columns = columnNames.map { TextMetrics.fitted($0, size: size, within: 72) }
    let widest = columns.map { TextMetrics.width($0, size: size) }.max() ?? 0
    turnsColumnNames = widest + 6 > cellWidth && !Self.areNumbers(columnNames)
    self.left = left
    self.cellWidth = cellWidth
    cellHeight = min(28, max(cellWidth, min(12, 480 / Double(max(1, rowNames.count)))))
    top = 26
    let below = turnsColumnNames ? widest * 0.72 + 18 : 22
    height = top + cellHeight * Double(rowNames.count) + below
    self.rowNames = rows
    self.columnNames = columns
  }

  /// Whether cells are wide and few enough to carry their numbers.
  var showsValues: Bool {
    cellWidth >= 34 && cellHeight >= 18 && rowNames.count * columnNames.count <= 400
  }

  /// Draws as many names as have room, at equal distances.
  func drawNames(in drawing: inout Drawing) {
    let everyRow = max(1, Int((14 / cellHeight).rounded(.up)))
    for index in stride(from: 0, to: rowNames.count, by: everyRow) {
      drawing.text(
        rowNames[index], left - 7, top + (Double(index) + 0.5) * cellHeight + 4, anchor: .end,
        style: "t ink")
    }
    let bottom = top + cellHeight * Double(rowNames.count)
    let widest = columnNames.map { TextMetrics.width($0, size: 12) }.max() ?? 0
    let room = turnsColumnNames ? 15 : widest + 8
    let everyColumn = max(1, Int((room / cellWidth).rounded(.up)))
    for index in stride(from: 0, to: columnNames.count, by: everyColumn) {
      let x = left + (Double(index) + 0.5) * cellWidth
      if turnsColumnNames {
        drawing.text(
          columnNames[index], x + 4, bottom + 13, anchor: .end, style: "t ink", degrees: -45)
      } else {
        drawing.text(columnNames[index], x, bottom + 16, anchor: .middle, style: "t ink")
      }
    }
  }

  private static func areNumbers(_ names: [String]) -> Bool {
    names.allSatisfy { Int($0) != nil }
  }
}
