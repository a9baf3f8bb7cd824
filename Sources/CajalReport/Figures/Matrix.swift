// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Values in rows and columns as a heatmap draws them: rectangular, and small enough to see.
struct Matrix: Sendable, Equatable {
  let rowCount: Int
  let columnCount: Int
  /// The values row by row; NaN where there is none.
  private(set) var values: [Double]

  subscript(row: Int, column: Int) -> Double { values[row * columnCount + column] }

  /// A matrix from rows that may be of different lengths; what is absent is NaN.
  init(_ rows: [[Double]]) {
    rowCount = rows.count
    columnCount = rows.map(\.count).max() ?? 0
    values = []
    values.reserveCapacity(rowCount * columnCount)
    for row in rows {
      values += row
      values += Array(repeating: .nan, count: columnCount - row.count)
    }
  }

  private init(rowCount: Int, columnCount: Int, values: [Double]) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.values = values
  }

  /// How many rows and columns must become one so that at most `rows` and `columns` remain.
  static func blocks(
    rowCount: Int, columnCount: Int, rows: Int, columns: Int
  ) -> (rows: Int, columns: Int) {
    (max(1, (rowCount + rows - 1) / rows), max(1, (columnCount + columns - 1) / columns))
  }

  /// The means of blocks; values that are NaN do not count, and a block of nothing else is NaN.
  func aggregated(_ block: (rows: Int, columns: Int)) -> Matrix {
    if block.rows == 1 && block.columns == 1 { return self }
    let rows = (rowCount + block.rows - 1) / block.rows
    let columns = (columnCount + block.columns - 1) / block.columns
    var sums = [Double](repeating: 0, count: rows * columns)
    var counts = sums
    for row in 0..<rowCount {
      for column in 0..<columnCount where !self[row, column].isNaN {
        let target = row / block.rows * columns + column / block.columns
        sums[target] += self[row, column]
        counts[target] += 1
      }
    }
    return Matrix(
      rowCount: rows, columnCount: columns,
      values: zip(sums, counts).map { $1 > 0 ? $0 / $1 : .nan })
  }

  /// Where a cell begins: on a hundredth of a pixel, so that neighbours meet without a seam.
  private func edge(_ start: Double, _ index: Int, _ size: Double) -> Double {
    ((start + Double(index) * size) * 100).rounded() / 100
  }

  /// One path for each colour, neighbours in a row drawn as one run; keyed by style class, ordered.
  func paths(
    _ mapping: ColorMapping, cellWidth: Double, cellHeight: Double, x: Double, y: Double
  ) -> [(style: String, path: String)] {
    var paths: [String: String] = [:]
    for row in 0..<rowCount {
      var column = 0
      while column < columnCount {
        let style = mapping.styleClass(of: self[row, column])
        var end = column + 1
        while end < columnCount, mapping.styleClass(of: self[row, end]) == style { end += 1 }
        let left = edge(x, column, cellWidth)
        let width = edge(x, end, cellWidth) - left
        let top = edge(y, row, cellHeight)
        let height = edge(y, row + 1, cellHeight) - top
        paths[style, default: ""] +=
          "M\(number(left)) \(number(top))h\(number(width))v\(number(height))h\(number(-width))z"
        column = end
      }
    }
    return paths.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
