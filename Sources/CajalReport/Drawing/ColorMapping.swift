// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Which step of a colour ramp a value gets.
struct ColorMapping: Sendable, Equatable {
  /// The family of colours.
  let kind: ColorScale.Kind
  /// The value of the first colour.
  let low: Double
  /// The value of the last colour.
  let high: Double

  /// The mapping for a scale over the values it must cover; those that are not finite do not count.
  init(_ scale: ColorScale, covering values: some Sequence<Double>) {
    var smallest = Double.infinity
    var largest = -Double.infinity
    for value in values where value.isFinite {
      smallest = min(smallest, value)
      largest = max(largest, value)
    }
    if smallest > largest { (smallest, largest) = (0, 1) }
    kind = scale.kind
    switch scale.kind {
    case .diverging:
      let given = scale.high.flatMap { $0.isFinite ? abs($0) : nil }
      let reach = given ?? max(abs(smallest), abs(largest))
      high = reach > 0 ? reach : 1
      low = -high
    case .sequential:
      let bottom = scale.low.flatMap { $0.isFinite ? $0 : nil } ?? smallest
      let top = scale.high.flatMap { $0.isFinite ? $0 : nil } ?? largest
      // A range without extent would colour everything by rounding noise.
      low = bottom
      high = top > bottom ? top : bottom + max(1, abs(bottom))
    }
  }

  /// How many steps the ramp has.
  var steps: Int {
    kind == .sequential ? Palette.sequentialSteps : Palette.divergingSteps
  }

  /// Where a value lies between the ends, 0 to 1; nil for NaN. Beyond the ends is at the ends.
  func share(of value: Double) -> Double? {
    if value.isNaN { return nil }
    if value <= low { return 0 }
    if value >= high { return 1 }
    // Halves first: the difference of two large numbers may overflow.
    let extent = high / 2 - low / 2
    return extent > 0 ? (value / 2 - low / 2) / extent : 0
  }

  /// The step of a value; nil for NaN.
  func step(of value: Double) -> Int? {
    share(of: value).map { Int(($0 * Double(steps - 1)).rounded()) }
  }

  /// The style class of a value: `q0`…`q31`, `d0`…`d32`, or `qn` for NaN.
  func styleClass(of value: Double) -> String {
    step(of: value).map(styleClass(ofStep:)) ?? "qn"
  }

  /// The style class of a step.
  func styleClass(ofStep step: Int) -> String {
    (kind == .sequential ? "q" : "d") + String(step)
  }
}
