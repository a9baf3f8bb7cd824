// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

// What the page draws in colour: shades without colours, 256-colour escapes with them.
extension TextDrawing {
  /// The matrix in shades or colours, two columns a cell where there is room; panels one by one.
  static func draw(_ heatmap: Evidence.Heatmap, on page: inout TextPage) {
    let mapping = ColorMapping(
      heatmap.colors, covering: heatmap.panels.lazy.flatMap { $0.values.joined() })
    for panel in heatmap.panels.prefix(8) {
      if !panel.label.isEmpty { page.paragraph(panel.label) }
      draw(Matrix(panel.values), heatmap.rows, mapping, on: &page)
    }
    if heatmap.panels.count > 8 { page.line("(\(heatmap.panels.count - 8) more panels)") }
    let quantity = "\(heatmap.valueAxis.title): \(NumberText.short(mapping.low)) "
    let ramp = [0, 0.25, 0.5, 0.75, 1].map { String(Blocks.shade($0)) }.joined()
    page.paragraph(
      quantity + (page.usesColor ? "…" : ramp) + " \(NumberText.short(mapping.high)); "
        + "rows \(heatmap.rowAxis.title), columns \(heatmap.columnAxis.title)")
  }

  private static func draw(
    _ full: Matrix, _ rows: [String], _ mapping: ColorMapping, on page: inout TextPage
  ) {
    let nameWidth = min(16, rows.map { TextMetrics.columns(TextMetrics.label($0)) }.max() ?? 4)
    let room = page.width - nameWidth - 1
    let block = Matrix.blocks(
      rowCount: full.rowCount, columnCount: full.columnCount, rows: 40, columns: room)
    let matrix = full.aggregated(block)
    let repeats = matrix.columnCount * 2 <= room ? 2 : 1
    for row in 0..<matrix.rowCount {
      let first = row * block.rows
      let name = first < rows.count ? TextMetrics.label(rows[first]) : "\(first)"
      let cells = (0..<matrix.columnCount).map { column -> String in
        let value = matrix[row, column]
        let cell = page.usesColor ? " " : String(Blocks.shade(mapping.share(of: value)))
        return painted(String(repeating: cell, count: repeats), value, mapping, page)
      }
      page.line(TextPage.padded(name, to: nameWidth, right: true) + " " + cells.joined())
    }
  }

  /// The tokens on coloured ground; without colours each stands above a bar of its value's height.
  static func draw(_ strip: Evidence.TokenStrip, on page: inout TextPage) {
    let mapping = ColorMapping(strip.colors, covering: strip.tokens.lazy.compactMap(\.value))
    var (text, marks, used) = ("", "", 0)
    func flush() {
      if used > 0 { page.line(text) }
      if used > 0, !page.usesColor { page.line(marks) }
      (text, marks, used) = ("", "", 0)
    }
    for token in strip.tokens.prefix(2000) {
      let shown = TextPage.cut(Terminal.visibleToken(token.text), to: page.width)
      let size = TextMetrics.columns(shown)
      if used + size > page.width { flush() }
      text += painted(shown, token.value ?? .nan, mapping, page)
      let level = token.value.map { Blocks.level(mapping.share(of: $0)) } ?? " "
      marks += String(repeating: level, count: size)
      used += size
      if token.text.unicodeScalars.last == "\n" { flush() }
    }
    flush()
    page.paragraph(
      "\(strip.valueAxis.title): \(NumberText.short(mapping.low)) … "
        + "\(NumberText.short(mapping.high))")
  }

  /// The text on the ground of its value, where the page has colours.
  private static func painted(
    _ text: String, _ value: Double, _ mapping: ColorMapping, _ page: TextPage
  ) -> String {
    guard page.usesColor, let step = mapping.step(of: value) else { return text }
    let ramp = mapping.kind == .sequential ? Palette.light.sequential : Palette.light.diverging
    let (ground, ink) = (ramp[step], ramp[step].ink)
    return "\u{1B}[48;5;\(cube(ground))m\u{1B}[38;5;\(ink.red > 0 ? 231 : 16)m\(text)\u{1B}[0m"
  }

  /// The nearest colour of the 6 × 6 × 6 cube of 256-colour terminals.
  private static func cube(_ color: Color) -> Int {
    func level(_ channel: Double) -> Int {
      let levels = [0.0, 95, 135, 175, 215, 255]
      return levels.indices.min { abs(levels[$0] - channel) < abs(levels[$1] - channel) } ?? 0
    }
    return 16 + 36 * level(color.red) + 6 * level(color.green) + level(color.blue)
  }
}
