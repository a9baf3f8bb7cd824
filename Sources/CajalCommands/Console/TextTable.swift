// SPDX-License-Identifier: Apache-2.0

/// Rows in aligned columns, indented by two spaces.
struct TextTable {
  /// Where the text of a column stands.
  enum Alignment { case left, right }

  let rows: [[String]]
  let alignments: [Alignment]

  /// The lines, without spaces at their ends.
  var lines: [String] {
    let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += "  " + (alignments[column] == .right ? padding + cell : cell + padding)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
