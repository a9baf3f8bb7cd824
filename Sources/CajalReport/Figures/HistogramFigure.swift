// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding
internal import Foundation

/// Counts of values in bins.
struct HistogramFigure: Figure {
  let distribution: Evidence.Distribution
  let bins: Bins

  var note: String? {
    bins.leftOut > 0
      ? "\(NumberText.short(Double(bins.leftOut))) values that cannot be placed are left out."
      : nil
  }

  var body: Markup {
    if bins.counts.isEmpty { return emptyFigure() }
    let baselines = distribution.baselines.filter { $0.value.isFinite }
    return legend(baselines.map { ("dash", "\($0.label) \(NumberText.short($0.value))") })
      + responsive(title: distribution.title, description: description) { drawing(width: $0) }
  }

  private var description: String {
    let total = bins.counts.reduce(0, +)
    return "Histogram of \(distribution.axis.title): \(NumberText.short(total)) values from "
      + "\(NumberText.short(bins.edges.first ?? 0)) to \(NumberText.short(bins.edges.last ?? 0)) "
      + "in \(bins.counts.count) bins."
  }

  private func drawing(width: Double) -> Drawing {
    var drawing = Drawing(width: width, height: width == wideFigure ? 280 : 240)
    let marked = distribution.baselines.map(\.value)
    let frame = PlotFrame(
      drawing: drawing,
      x: AxisScale(covering: bins.edges + marked, scale: distribution.axis.scale)
        .padded(by: bins.counts.count == 1 ? 3 : 0),
      y: AxisScale(covering: bins.counts, scale: .linear, includesZero: true).rounded(toTicks: 4),
      xAxis: distribution.axis, yAxis: Axis("count"))
    frame.drawAxes(in: &drawing, verticalGrid: false)
    for (index, count) in bins.counts.enumerated() {
      guard let left = frame.x(bins.edges[index]), let right = frame.x(bins.edges[index + 1]),
        let top = frame.y(min(count, 1e300)), count > 0
      else { continue }
      let gap = right - left > 4 ? 0.5 : 0
      // Whatever was counted is seen, be it one of a million.
      let height = max(1, frame.bottom - top)
      drawing.rectangle(
        left + gap, frame.bottom - height, width: max(0.5, right - left - 2 * gap), height: height,
        style: "pt s0",
        tooltip: "\(NumberText.short(bins.edges[index])) to "
          + "\(NumberText.short(bins.edges[index + 1])): \(NumberText.short(count))")
    }
    for baseline in distribution.baselines {
      guard let x = frame.x(baseline.value) else { continue }
      drawing.line(x, frame.top, x, frame.bottom, style: "base")
    }
    return drawing
  }
}

/// Edges and the counts between them.
struct Bins: Sendable, Equatable {
  /// One more than counts, ascending.
  let edges: [Double]
  /// How many values lie between two edges; the upper edge of the last bin belongs to it.
  let counts: [Double]
  /// How many values had no place.
  let leftOut: Int

  /// Bins as given; what does not fit together is dropped.
  init(edges: [Double], counts: [Double]) {
    let usable = zip(counts, zip(edges, edges.dropFirst())).filter { count, edge in
      count.isFinite && edge.0.isFinite && edge.1.isFinite && edge.0 < edge.1
    }
    guard usable.count == counts.count, edges.count == counts.count + 1 else {
      self.init(edges: [], counts: [], leftOut: counts.count)
      return
    }
    self.init(edges: edges, counts: counts, leftOut: 0)
  }

  /// Bins for values: one for each whole number where there are few of them, else as wide as
  /// Freedman and Diaconis (1981) advise, 2·IQR/∛n, but 8 to 60 of them, on round edges.
  init(of values: [Double], scale: Axis.Scale) {
    let logarithmic = scale == .logarithmic
    let usable = values.filter { $0.isFinite && abs($0) <= 1e300 && (!logarithmic || $0 >= 1e-300) }
    let placed = (logarithmic ? usable.map { log10($0) } : usable).sorted()
    guard let low = placed.first, let high = placed.last else {
      self.init(edges: [], counts: [], leftOut: values.count)
      return
    }
    var edges = Self.edges(placed, low: low, high: high, whole: !logarithmic)
    var counts = [Double](repeating: 0, count: edges.count - 1)
    var bin = 0
    for value in placed {
      while bin < counts.count - 1, value >= edges[bin + 1] { bin += 1 }
      counts[bin] += 1
    }
    if logarithmic { edges = edges.map { pow(10, $0) } }
    self.init(edges: edges, counts: counts, leftOut: values.count - placed.count)
  }

  private init(edges: [Double], counts: [Double], leftOut: Int) {
    self.edges = edges
    self.counts = counts
    self.leftOut = leftOut
  }

  private static func edges(
    _ sorted: [Double], low: Double, high: Double, whole: Bool
  ) -> [Double] {
    if high - low <= max(abs(low), abs(high)) * 1e-12 {
      let margin = max(abs(low), abs(high)) > 0 ? max(abs(low), abs(high)) / 2 : 0.5
      return [low - margin, high + margin]
    }
    if whole, high - low <= 40, sorted.allSatisfy({ $0 == $0.rounded() }) {
      return stride(from: low - 0.5, through: high + 0.5, by: 1).map { $0 }
    }
    let quartiles = sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]
    let width = 2 * quartiles / pow(Double(sorted.count), 1.0 / 3)
    let wished = width > 0 ? (high - low) / width : 30
    let count = Int(max(8, min(60, wished.isFinite ? wished : 30)))
    let ticks = Ticks.linear(from: low, to: high, count: count)
    guard ticks.count >= 2 else { return [low, high] }
    let step = ticks[1] - ticks[0]
    var edges = ticks
    if let first = edges.first, first > low { edges.insert(first - step, at: 0) }
    if let last = edges.last, last < high { edges.append(last + step) }
    return edges
  }
}
