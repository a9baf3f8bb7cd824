// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding
internal import Foundation

/// Points in the plane; very many of them as their density.
struct ScatterFigure: Figure {
  let points: Evidence.Points

  /// More points than this hide each other and are drawn as density.
  static let greatestPointCount = 3000
  /// More points than this carry no tooltips of their own.
  private static let greatestTooltipCount = 400

  private var isDense: Bool { points.points.count > Self.greatestPointCount }

  private var hasValues: Bool { points.points.contains { $0.value != nil } }

  private var mapping: ColorMapping {
    ColorMapping(points.colors, covering: points.points.lazy.compactMap(\.value))
  }

  var note: String? {
    guard isDense else { return nil }
    return "\(NumberText.short(Double(points.points.count))) points are drawn as "
      + (hasValues ? "the mean value of those in a square." : "their number in a square.")
  }

  var body: Markup {
    guard points.points.contains(where: { $0.x.isFinite && $0.y.isFinite }) else {
      return emptyFigure()
    }
    let image = responsive(title: points.title, description: description) { drawing(width: $0) }
    guard hasValues else { return image }
    return ColorLegend(
      mapping: mapping, axis: points.valueAxis ?? Axis("value"),
      hasMissing: points.points.contains { $0.value?.isNaN ?? true }
    ).markup + image
  }

  private var description: String {
    "Scatter plot of \(points.points.count) points: \(points.yAxis.title) over "
      + "\(points.xAxis.title)"
      + (hasValues ? ", coloured by \(points.valueAxis?.label ?? "value")" : "")
      + "."
  }

  private func drawing(width: Double) -> Drawing {
    var drawing = Drawing(width: width, height: width == wideFigure ? 400 : 320)
    let frame = PlotFrame(
      drawing: drawing,
      x: AxisScale(
        covering: points.points.lazy.map(\.x), scale: points.xAxis.scale, countsWholes: true
      )
      .padded(by: 0.04),
      y: AxisScale(covering: points.points.lazy.map(\.y), scale: points.yAxis.scale)
        .padded(by: 0.05),
      xAxis: points.xAxis, yAxis: points.yAxis)
    frame.drawAxes(in: &drawing)
    if isDense {
      drawDensity(in: &drawing, frame: frame)
    } else {
      let places = points.points.map { point in
        frame.x(point.x).flatMap { x in frame.y(point.y).map { (x: x, y: $0) } }
      }
      drawPoints(at: places, in: &drawing)
      drawNames(at: places, in: &drawing, frame: frame)
    }
    return drawing
  }

  private func drawPoints(at places: [(x: Double, y: Double)?], in drawing: inout Drawing) {
    let (mapping, hasValues) = (mapping, hasValues)
    let tooltips = places.count <= Self.greatestTooltipCount
    for (point, place) in zip(points.points, places) {
      guard let place else { continue }
      let style =
        hasValues ? "dot c " + (point.value.map(mapping.styleClass) ?? "qn") : "dot pt s0"
      drawing.circle(
        place.x, place.y, radius: places.count > 800 ? 2.5 : 4, style: style,
        tooltip: tooltips ? tooltip(of: point) : nil)
    }
  }

  private func tooltip(of point: Evidence.Points.Point) -> String {
    let place = "(\(NumberText.short(point.x)), \(NumberText.short(point.y)))"
    let value = point.value.map { ": " + NumberText.short($0) } ?? ""
    return (point.label.map { $0 + " " } ?? "") + place + value
  }

  /// Names beside their points, each in the first of four places where it touches nothing; those
  /// without room stay tooltips.
  private func drawNames(
    at places: [(x: Double, y: Double)?], in drawing: inout Drawing, frame: PlotFrame
  ) {
    var taken: [Box] = places.compactMap { $0.map { Box($0.x - 4, $0.y - 4, 8, 8) } }
    guard taken.count <= 600 else { return }
    for (point, place) in zip(points.points, places) {
      guard let place, let label = point.label, !label.isEmpty else { continue }
      let text = TextMetrics.fitted(TextMetrics.label(label), size: 12, within: 120)
      let size = TextMetrics.width(text, size: 12)
      let candidates = [
        Box(place.x + 7, place.y - 7, size, 14), Box(place.x - 7 - size, place.y - 7, size, 14),
        Box(place.x - size / 2, place.y - 20, size, 14),
        Box(place.x - size / 2, place.y + 6, size, 14),
      ]
      let inside = Box(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top)
      guard
        let box = candidates.first(where: { box in
          inside.contains(box) && !taken.contains { $0.touches(box) }
        })
      else { continue }
      taken.append(box)
      drawing.text(text, box.x, box.y + 11, style: "t ink")
    }
  }

  /// Squares of six pixels, coloured by how many points they hold (a logarithm of it) or by the mean
  /// of their values.
  private func drawDensity(in drawing: inout Drawing, frame: PlotFrame) {
    let size = 6.0
    struct Cell: Hashable { let column: Int, row: Int }
    var cells: [Cell: (count: Int, sum: Double, valued: Int)] = [:]
    for point in points.points {
      guard let x = frame.x(point.x), let y = frame.y(point.y) else { continue }
      let cell = Cell(column: Int(x / size), row: Int(y / size))
      let value = point.value.flatMap { $0.isFinite ? $0 : nil }
      var entry = cells[cell] ?? (0, 0, 0)
      entry.count += 1
      entry.sum += value ?? 0
      entry.valued += value == nil ? 0 : 1
      cells[cell] = entry
    }
    let most = log(1 + Double(cells.values.map(\.count).max() ?? 1))
    let byCount = ColorMapping(ColorScale(.sequential, low: -0.15 * most, high: most), covering: [])
    let (byValue, hasValues) = (mapping, hasValues)
    var paths: [String: String] = [:]
    let ordered = cells.sorted { ($0.key.row, $0.key.column) < ($1.key.row, $1.key.column) }
    for (cell, entry) in ordered {
      let style =
        !hasValues
        ? byCount.styleClass(of: log(1 + Double(entry.count)))
        : entry.valued > 0 ? byValue.styleClass(of: entry.sum / Double(entry.valued)) : "qn"
      paths[style, default: ""] +=
        "M\(number(Double(cell.column) * size)) \(number(Double(cell.row) * size))h6v6h-6z"
    }
    for (style, path) in paths.sorted(by: { $0.key < $1.key }) {
      drawing.path(path, style: "c " + style)
    }
  }
}

/// A rectangle that a label takes.
struct Box: Sendable {
  let x, y, width, height: Double

  init(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  func touches(_ other: Box) -> Bool {
    x < other.x + other.width && other.x < x + width && y < other.y + other.height
      && other.y < y + height
  }

  func contains(_ other: Box) -> Bool {
    other.x >= x && other.y >= y && other.x + other.width <= x + width
      && other.y + other.height <= y + height
  }
}
