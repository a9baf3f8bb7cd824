// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// Places on an axis that are worth a line and a number.
enum Ticks {
  /// About `count` multiples of 1, 2 or 5 times a power of ten within the range.
  ///
  /// Both ends must be finite and `low < high`.
  ///
  /// - Parameter least: the smallest step, 0 where there is none; 1 keeps to whole numbers.
  static func linear(
    from low: Double, to high: Double, count: Int, least: Double = 0
  ) -> [Double] {
    let nice = niceStep(over: high / Double(max(1, count)) - low / Double(max(1, count)))
    let step = max(least, nice)
    guard step > 0, step.isFinite else { return [low, high] }
    let first = (low / step - 1e-9).rounded(.up)
    let last = (high / step + 1e-9).rounded(.down)
    guard first.isFinite, last.isFinite, last - first < 1000 else { return [low, high] }
    // The nearest nice step may be too wide to hit the range twice.
    if last - first < 1, count < 100, step > least {
      return linear(from: low, to: high, count: count * 2, least: least)
    }
    guard first <= last else { return [] }
    return stride(from: first, through: last, by: 1).map { multiple($0, of: step) }
  }

  /// Powers of ten within the range, thinned to about `count`; with 2 and 5 times them where the
  /// range spans few; linear ticks where it spans less than one.
  ///
  /// Both ends must be finite and positive and `low < high`.
  static func logarithmic(from low: Double, to high: Double, count: Int) -> [Double] {
    let first = Int((log10(low) - 1e-9).rounded(.up))
    let last = Int((log10(high) + 1e-9).rounded(.down))
    guard last > first else { return linear(from: low, to: high, count: count).filter { $0 > 0 } }
    let every = max(1, Int((Double(last - first + 1) / Double(max(1, count))).rounded(.up)))
    var ticks = stride(from: first, through: last, by: every).map { pow(10, Double($0)) }
    if (last - first + 1) * 3 <= count + count / 2 + 2 {
      ticks = []
      for power in first - 1...last {
        for factor in [1.0, 2, 5] { ticks.append(factor * pow(10, Double(power))) }
      }
    }
    return ticks.filter { $0 >= low * (1 - 1e-9) && $0 <= high * (1 + 1e-9) }
  }

  /// The labels of ticks: one form for all of them, short, and different where they differ.
  static func labels(_ ticks: [Double]) -> [String] {
    let largest = ticks.map { abs($0) }.max() ?? 0
    let gaps = zip(ticks.dropFirst(), ticks).map { abs($0 - $1) }.filter { $0 > 0 }
    let step = gaps.min() ?? largest
    guard largest > 0, step > 0 else { return ticks.map { NumberText.short($0) } }
    let spread = largest / step
    if largest >= 1e15 || largest < 1e-3 || spread > 1e6 {
      let digits = spread < 1e16 ? max(1, Int(log10(spread).rounded(.up)) + 1) : 17
      return ticks.map { NumberText.scientific($0, digits: digits) }
    }
    if largest >= 1e4 {
      let index = min(4, Int(log10(largest) / 3 + 1e-9))
      let scale = pow(1000, Double(index))
      let suffix = ["", "k", "M", "G", "T"][index]
      let decimals = decimalPlaces(of: step / scale)
      return ticks.map { tick in
        tick == 0 ? "0" : NumberText.grouped(tick / scale, decimals: decimals) + suffix
      }
    }
    let decimals = decimalPlaces(of: step)
    return ticks.map { NumberText.grouped($0, decimals: decimals) }
  }

  /// The labels of logarithmic ticks, each by its own size: `1`, `100`, `10k`, `10⁻⁵`.
  static func logarithmicLabels(_ ticks: [Double]) -> [String] {
    let wide = ticks.contains { $0 < 1e-3 || $0 >= 1e7 }
    return ticks.map { wide ? NumberText.scientific($0, digits: 3) : labels([$0])[0] }
  }

  /// The one of 1, 2, 5, 10 times a power of ten that is nearest to a width, as ratios go
  /// (Heckbert 1990, "Nice numbers for graph labels").
  private static func niceStep(over width: Double) -> Double {
    guard width > 0, width.isFinite else { return 0 }
    let power = log10(width).rounded(.down)
    let fraction = width / pow(10, power)
    let nice = fraction < 1.5 ? 1.0 : fraction < 3 ? 2 : fraction < 7 ? 5 : 10
    return nice * pow(10, power)
  }

  /// `factor · step` without the noise of binary fractions: 3 × 0.1 is 0.3.
  private static func multiple(_ factor: Double, of step: Double) -> Double {
    let product = factor * step
    guard step < 1, step > 1e-300 else { return product }
    let inverse = (1 / step).rounded()
    return abs(inverse * step - 1) < 1e-9 ? factor / inverse : product
  }

  /// How many decimals show a step exactly, at most nine.
  private static func decimalPlaces(of step: Double) -> Int {
    var scaled = step
    for places in 0..<9 {
      if abs(scaled - scaled.rounded()) < 1e-6 * max(1, abs(scaled)) { return places }
      scaled *= 10
    }
    return 9
  }
}
