// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding
internal import Foundation

/// How values of one quantity lie along one direction of a plot.
struct AxisScale: Sendable, Equatable {
  /// The value at the start.
  let low: Double
  /// The value at the end; greater than `low`.
  let high: Double
  /// Whether equal distances are equal ratios.
  let isLogarithmic: Bool
  /// Whether ticks stand at whole numbers alone, as for layers and positions.
  let isWhole: Bool

  /// Magnitudes beyond this are drawn at it: their differences would overflow.
  private static let largest = 1e300
  /// Extents below this are none: halving them would underflow.
  private static let smallest = 1e-300

  private static func clamped(_ value: Double) -> Double { max(-largest, min(largest, value)) }

  /// A scale over values; those that cannot be shown do not count, and a range without extent is
  /// opened so that there is something to draw.
  ///
  /// - Parameters:
  ///   - includesZero: whether zero must be on a linear scale, as bars need it.
  ///   - countsWholes: whether ticks stand at whole numbers where all values are whole.
  init(
    covering values: some Sequence<Double>, scale: Axis.Scale, includesZero: Bool = false,
    countsWholes: Bool = false
  ) {
    let logarithmic = scale == .logarithmic
    var (bottom, top) = (Double.infinity, -Double.infinity)
    var whole = countsWholes
    for value in values where value.isFinite && (!logarithmic || value >= Self.smallest) {
      bottom = min(bottom, value)
      top = max(top, value)
      whole = whole && value == value.rounded() && abs(value) < 1e15
    }
    isWhole = whole && bottom <= top
    isLogarithmic = logarithmic
    if bottom > top {
      (low, high) = logarithmic ? (1, 10) : (0, 1)
      return
    }
    bottom = Self.clamped(bottom)
    top = Self.clamped(top)
    if logarithmic {
      (low, high) = top / bottom < 1.0001 ? (bottom / 2, top * 2) : (bottom, top)
      return
    }
    if includesZero { (bottom, top) = (min(bottom, 0), max(top, 0)) }
    let magnitude = max(abs(bottom), abs(top))
    if top - bottom <= magnitude * 1e-12 || top - bottom < Self.smallest {
      let margin = isWhole ? 0.5 : magnitude > Self.smallest ? magnitude / 2 : 1
      (low, high) = (max(-1e300, bottom - margin), min(1e300, top + margin))
    } else {
      (low, high) = (bottom, top)
    }
  }

  private init(low: Double, high: Double, isLogarithmic: Bool, isWhole: Bool) {
    self.isWhole = isWhole
    self.low = low
    self.high = high
    self.isLogarithmic = isLogarithmic
  }

  /// The scale with both ends moved out to the next tick.
  func rounded(toTicks count: Int) -> AxisScale {
    if isLogarithmic { return self }
    let ticks = Ticks.linear(from: low, to: high, count: count)
    guard ticks.count >= 2 else { return self }
    let step = ticks[1] - ticks[0]
    guard step > 0 else { return self }
    let bottom = (low / step + 1e-9).rounded(.down) * step
    let top = (high / step - 1e-9).rounded(.up) * step
    guard bottom.isFinite, top.isFinite, bottom < top else { return self }
    return AxisScale(
      low: min(low, bottom), high: max(high, top), isLogarithmic: false, isWhole: isWhole)
  }

  /// The scale with room at both ends, so that marks do not touch the frame.
  func padded(by share: Double) -> AxisScale {
    if isLogarithmic {
      let factor = pow(10, (log10(high) - log10(low)) * share)
      return AxisScale(
        low: max(1e-305, low / factor), high: min(1e305, high * factor), isLogarithmic: true,
        isWhole: isWhole)
    }
    let margin = (high - low) * share
    return AxisScale(low: low - margin, high: high + margin, isLogarithmic: false, isWhole: isWhole)
  }

  /// Where a value lies, 0 at the start and 1 at the end; nil where it cannot be shown.
  func share(of value: Double) -> Double? {
    guard value.isFinite, !isLogarithmic || value >= Self.smallest else { return nil }
    let value = Self.clamped(value)
    if isLogarithmic { return (log10(value) - log10(low)) / (log10(high) - log10(low)) }
    return (value / 2 - low / 2) / (high / 2 - low / 2)
  }

  /// Tick values within the scale.
  func ticks(count: Int) -> [Double] {
    let all =
      isLogarithmic
      ? Ticks.logarithmic(from: low, to: high, count: count)
      : Ticks.linear(from: low, to: high, count: count, least: isWhole ? 1 : 0)
    return all.filter { tick in !isWhole || tick == tick.rounded() }
      .filter { tick in share(of: tick).map { (-1e-6...1 + 1e-6).contains($0) } ?? false }
  }

  /// The labels of tick values.
  func labels(of ticks: [Double]) -> [String] {
    isLogarithmic ? Ticks.logarithmicLabels(ticks) : Ticks.labels(ticks)
  }
}
