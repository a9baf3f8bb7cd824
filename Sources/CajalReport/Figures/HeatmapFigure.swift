// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// A matrix in colour with named axes, or a grid of small ones.
struct HeatmapFigure: Figure {
  let heatmap: Evidence.Heatmap

  /// More panels than this go to the table.
  static let greatestPanelCount = 144

  private var matrices: [Matrix] {
    heatmap.panels.prefix(Self.greatestPanelCount).map { Matrix($0.values) }
  }

  private var mapping: ColorMapping {
    ColorMapping(heatmap.colors, covering: heatmap.panels.lazy.flatMap { $0.values.joined() })
  }

  var note: String? {
    let panels = heatmap.panels.count
    var sentences: [String] = []
    if panels > Self.greatestPanelCount {
      sentences.append("\(Self.greatestPanelCount) of \(panels) panels are drawn.")
    }
    if let first = matrices.first {
      let block = panels > 1 ? Self.panelBlock(of: first) : Self.block(of: first, width: wideFigure)
      if block.rows > 1 || block.columns > 1 {
        sentences.append(
          "Each cell is the mean of \(block.rows) × \(block.columns) values, "
            + "and of more on narrow screens.")
      }
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  var body: Markup {
    let matrices = matrices
    guard matrices.contains(where: { $0.rowCount > 0 && $0.columnCount > 0 }) else {
      return emptyFigure()
    }
    let legend = ColorLegend(
      mapping: mapping, axis: heatmap.valueAxis,
      hasMissing: matrices.contains { $0.values.contains { $0.isNaN } }
    ).markup
    if heatmap.panels.count > 1 { return legend + panels(matrices) }
    return legend
      + responsive(title: heatmap.title, description: description(of: matrices[0])) {
        drawing(of: matrices[0], width: $0)
      }
  }

  private func description(of matrix: Matrix) -> String {
    let finite = matrix.values.filter(\.isFinite)
    let range = finite.min().map { low in
      ", \(heatmap.valueAxis.label) from \(NumberText.short(low)) to "
        + NumberText.short(finite.max() ?? low)
    }
    return "Heatmap of \(matrix.rowCount) rows (\(heatmap.rowAxis.label)) and "
      + "\(matrix.columnCount) columns (\(heatmap.columnAxis.label))\(range ?? "")."
  }
}

// MARK: - Small multiples
extension HeatmapFigure {
  private static let panelSide = 148.0

  private static func panelBlock(of matrix: Matrix) -> (rows: Int, columns: Int) {
    Matrix.blocks(
      rowCount: matrix.rowCount, columnCount: matrix.columnCount, rows: 48, columns: 48)
  }

  private func panels(_ matrices: [Matrix]) -> Markup {
    let cells = zip(heatmap.panels, matrices).map { panel, matrix -> Markup in
      let title = panel.label.isEmpty ? heatmap.title : panel.label
      return .element(
        "li", [:], .element("span", ["class": "panel-label"], .text(panel.label)),
        panelDrawing(matrix).svg(title: title, description: description(of: matrix)))
    }
    return .element(
      "p", ["class": "panel-axes"],
      .text("↓ \(heatmap.rowAxis.title)   → \(heatmap.columnAxis.title)"))
      + .element("ul", ["class": "panels"], cells)
  }

  private func panelDrawing(_ full: Matrix) -> Drawing {
    let matrix = full.aggregated(Self.panelBlock(of: full))
    let side = Self.panelSide
    var drawing = Drawing(width: side, height: side)
    guard matrix.rowCount > 0, matrix.columnCount > 0 else { return drawing }
    let cell = side / Double(max(matrix.rowCount, matrix.columnCount))
    // Long thin matrices are stretched rather than drawn as a line.
    let width = max(cell, side / Double(matrix.columnCount) / 2)
    let height = max(cell, side / Double(matrix.rowCount) / 2)
    let runs = matrix.paths(mapping, cellWidth: width, cellHeight: height, x: 0, y: 0)
    for (style, path) in runs { drawing.path(path, style: "c cell " + style) }
    drawing.rectangle(
      0.5, 0.5, width: Double(matrix.columnCount) * width - 1,
      height: Double(matrix.rowCount) * height - 1, style: "frame")
    return drawing
  }
}

// MARK: - One matrix
extension HeatmapFigure {
  private static func block(of matrix: Matrix, width: Double) -> (rows: Int, columns: Int) {
    let limit = width == wideFigure ? 128 : 64
    return Matrix.blocks(
      rowCount: matrix.rowCount, columnCount: matrix.columnCount, rows: limit, columns: limit)
  }

  private func drawing(of full: Matrix, width: Double) -> Drawing {
    let block = Self.block(of: full, width: width)
    let matrix = full.aggregated(block)
    let layout = HeatmapLayout(
      matrix: matrix, block: block, names: (heatmap.rows, heatmap.columns), width: width)
    var drawing = Drawing(width: width, height: layout.height)
    let mapping = mapping
    let runs = matrix.paths(
      mapping, cellWidth: layout.cellWidth, cellHeight: layout.cellHeight, x: layout.left,
      y: layout.top)
    for (style, path) in runs { drawing.path(path, style: "c cell " + style) }
    if layout.showsValues { drawValues(of: matrix, mapping, layout, in: &drawing) }
    drawing.rectangle(
      layout.left, layout.top, width: layout.right - layout.left,
      height: layout.bottom - layout.top, style: "frame")
    layout.drawNames(in: &drawing)
    let axes = "↓ \(heatmap.rowAxis.title)     → \(heatmap.columnAxis.title)"
    drawing.text(TextMetrics.fitted(axes, size: 13, within: width), 0, 14, style: "l")
    return drawing
  }

  private func drawValues(
    of matrix: Matrix, _ mapping: ColorMapping, _ layout: HeatmapLayout, in drawing: inout Drawing
  ) {
    for row in 0..<matrix.rowCount {
      for column in 0..<matrix.columnCount {
        let value = matrix[row, column]
        let text = NumberText.compact(value)
        guard !value.isNaN, TextMetrics.width(text, size: 11) <= layout.cellWidth - 4 else {
          continue
        }
        drawing.text(
          text, layout.left + (Double(column) + 0.5) * layout.cellWidth,
          layout.top + (Double(row) + 0.5) * layout.cellHeight + 4, anchor: .middle,
          style: "in " + mapping.styleClass(of: value))
      }
    }
  }
}
