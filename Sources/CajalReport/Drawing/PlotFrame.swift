// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// The rectangle of a plot with its two axes: where values lie and how they are labelled.
struct PlotFrame: Sendable {
  /// The size of tick labels, in pixels.
  static let tickSize = 12.0

  let xScale: AxisScale
  let yScale: AxisScale
  let left: Double
  let top: Double
  let right: Double
  let bottom: Double
  private let xTicks: [Double]
  private let yTicks: [Double]
  private let xTitle: String
  private let yTitle: String

  /// A frame that fills a drawing but for the margins its labels need.
  ///
  /// - Parameter rightMargin: what else stands to the right of the plot.
  init(
    drawing: Drawing, x: AxisScale, y: AxisScale, xAxis: Axis, yAxis: Axis,
    rightMargin: Double = 14
  ) {
    let size = Self.tickSize
    xScale = x
    yScale = y
    xTitle = xAxis.title
    yTitle = yAxis.title
    top = 30
    bottom = drawing.height - 46
    let rows = max(2, Int((bottom - top) / 48))
    yTicks = y.ticks(count: rows)
    let widest = y.labels(of: yTicks).map { TextMetrics.width($0, size: size) }.max() ?? 0
    left = max(28, widest + 12)
    // The last label stands centred under the right edge.
    let outermost = x.labels(of: x.ticks(count: 4)).map { TextMetrics.width($0, size: size) }.max()
    right = max(left + 40, drawing.width - max(rightMargin, (outermost ?? 0) / 2 + 2))
    xTicks = Self.ticks(of: x, within: right - left)
  }

  /// The horizontal place of a value; nil where it cannot be shown.
  func x(_ value: Double) -> Double? {
    xScale.share(of: value).map { left + $0 * (right - left) }
  }

  /// The vertical place of a value; nil where it cannot be shown.
  func y(_ value: Double) -> Double? {
    yScale.share(of: value).map { bottom - $0 * (bottom - top) }
  }

  /// Draws grid, ticks and titles.
  func drawAxes(in drawing: inout Drawing, verticalGrid: Bool = true) {
    for (tick, label) in zip(yTicks, yScale.labels(of: yTicks)) {
      guard let y = y(tick) else { continue }
      drawing.line(left, y, right, y, style: "g")
      drawing.text(label, left - 8, y + 4, anchor: .end)
    }
    for (tick, label) in zip(xTicks, xScale.labels(of: xTicks)) {
      guard let x = x(tick) else { continue }
      if verticalGrid { drawing.line(x, top, x, bottom, style: "g") }
      drawing.line(x, bottom, x, bottom + 5, style: "ax")
      drawing.text(label, x, bottom + 19, anchor: .middle)
    }
    drawing.line(left, bottom, right, bottom, style: "ax")
    let room = drawing.width - 8
    drawing.text(TextMetrics.fitted(yTitle, size: 13, within: room), 0, 14, style: "l")
    drawing.text(
      TextMetrics.fitted(xTitle, size: 13, within: room - left), right, bottom + 40, anchor: .end,
      style: "l")
  }

  /// As many ticks as fit without their labels touching.
  private static func ticks(of scale: AxisScale, within width: Double) -> [Double] {
    for count in stride(from: max(2, Int(width / 60)), through: 2, by: -1) {
      let ticks = scale.ticks(count: count)
      let labels = scale.labels(of: ticks)
      let places = ticks.map { (scale.share(of: $0) ?? 0) * width }
      let fits = labels.indices.dropFirst().allSatisfy { index in
        let half = { (at: Int) in TextMetrics.width(labels[at], size: tickSize) / 2 }
        return places[index] - places[index - 1] >= half(index) + half(index - 1) + 10
      }
      if fits { return ticks }
    }
    return Array(scale.ticks(count: 2).prefix(1))
  }
}

extension Axis {
  /// The quantity with its unit in parentheses.
  var title: String { unit.isEmpty ? label : "\(label) (\(unit))" }
}

/// Places for labels in a column, moved apart so that none touch.
///
/// - Returns: the places in the order of the wishes; the order from top to bottom is kept.
func spread(_ wishes: [Double], gap: Double, from top: Double, to bottom: Double) -> [Double] {
  let order = wishes.indices.sorted { wishes[$0] < wishes[$1] }
  var places = wishes
  var limit = top
  for index in order {
    places[index] = max(places[index], limit)
    limit = places[index] + gap
  }
  limit = bottom
  for index in order.reversed() {
    places[index] = min(places[index], limit)
    limit = places[index] - gap
  }
  return places
}
