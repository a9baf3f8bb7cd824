// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct ActivationTests {
  /// Units in the last place allowed against Float64, with fused multiply-add.
  static let bounds: [Activation: Double] = [
    .geluExact: 5, .geluTanh: 24, .relu: 0, .reluSquared: 1, .silu: 3, .quickGelu: 24, .tanh: 2,
    .sigmoid: 3, .identity: 0,
  ]

  /// From far below to far above, dense around zero, and both signs of the smallest numbers.
  static let points: [Float] =
    stride(from: -20, through: 20, by: 0.037).map { Float($0) }
    + stride(from: -1, through: 1, by: 0.0041).map { Float($0) }
    + [0, 1e-10, -1e-10, 0x1p-133, -0x1p-133, 30, -30, 100, -100, 1e30, -1e30]

  /// The worst error in units of the last place of the expected value.
  private func worst(_ actual: Tensor, _ expected: [Double]) -> (error: Double, at: Int) {
    var worst = (error: 0.0, at: 0)
    for (index, pair) in zip(actual.array, expected).enumerated() {
      let expected = Float(pair.1)
      if pair.0 == expected { continue }
      let unit = max(Double(expected.ulp), 0x1p-149)
      let error = abs(Double(pair.0) - pair.1) / unit
      if !(error <= worst.error) { worst = (error, index) }
    }
    return worst
  }

  @Test(arguments: Activation.allCases)
  func `an activation is exact to a few units in the last place`(activation: Activation) throws {
    let x = Tensor(Self.points, shape: [1, Self.points.count])
    let expected = Reference.activated(x, activation)
    let bound = try #require(Self.bounds[activation])
    Variants.each { variant in
      let (error, at) = worst(x.activated(activation), expected)
      // Without fused multiply-add the arguments of exponentials round once more.
      let allowed = variant == "baseline" ? bound * 2 + (bound > 2 ? 40 : 0) : bound
      #expect(error <= allowed, "\(variant): \(error) ulp at \(Self.points[at])")
    }
  }

  @Test(arguments: Activation.allCases)
  func `gating has the bits of two steps`(activation: Activation) {
    for width in [1, 16, 17, 50] {
      let (x, linear) = (Philox.tensor(1, 3, width, scale: 4), Philox.tensor(2, 3, width))
      let expected = Reference.gated(x, by: activation, linear: linear)
      Variants.each { variant in
        let gated = x.gated(by: activation, linear: linear)
        #expect(gated.isBitEqual(to: x.activated(activation) * linear), "\(variant)")
        expectClose(gated, expected, tolerance: 1e-6, "\(variant)")
      }
    }
  }

  @Test(arguments: Activation.allCases)
  func `an element's bits do not depend on its place`(activation: Activation) {
    let x = Philox.tensor(3, 4, 37)
    Variants.each { variant in
      let whole = x.activated(activation)
      for column in [0, 15, 16, 36] {
        let alone = x.columns(column..<column + 1).activated(activation)
        #expect(alone.isBitEqual(to: whole.columns(column..<column + 1)), "\(variant)")
      }
    }
  }

  @Test func `not a number stays one`() {
    let x = Tensor([.nan, 1], shape: [2])
    for activation in Activation.allCases {
      Variants.each { variant in
        let y = x.activated(activation).array
        #expect(y[0].isNaN && y[1].isFinite, "\(activation) on \(variant)")
      }
    }
  }

  @Test func `a soft cap equals the reference and stays below the cap`() {
    let x = Tensor(Self.points, shape: [Self.points.count])
    let expected = Reference.softCapped(x, 30)
    Variants.each { variant in
      let y = x.softCapped(30)
      expectClose(y, expected, tolerance: 1e-6, "\(variant)")
      #expect(y.array.allSatisfy { abs($0) <= 30 }, "\(variant)")
    }
  }

  @Test func `the exponential is exact to the last places, subnormal results included`() {
    let points = stride(from: -110, through: 92, by: 0.0173).map { Float($0) }
    let x = Tensor(points + [-.infinity, .infinity, 0, -1e30, 1e30], shape: [points.count + 5])
    let expected = Reference.exponential(x)
    Variants.each { variant in
      let y = x.exponential()
      let (error, at) = worst(y, expected)
      #expect(error <= (variant == "baseline" ? 1.5 : 1), "\(variant): \(error) at \(x.array[at])")
      #expect(y.array.suffix(5) == [0, .infinity, 1, 0, .infinity])
    }
  }
}
