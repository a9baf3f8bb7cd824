// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct ActivationTests {
  /// Units in the last place allowed against Float64 at x. An exponential multiplies the rounding of
  /// its argument by the argument; `fused` says whether the variant has fused multiply-add.
  private func bound(_ activation: Activation, _ x: Float, fused: Bool) -> Double {
    let size = Double(abs(x))
    switch activation {
    case .identity, .relu: return 0
    case .reluSquared: return 1
    case .tanh: return 2
    case .silu, .sigmoid: return size < 87 ? 4 : 4 + size  // beyond, e^x is subnormal
    case .quickGelu: return 4 + 1.702 * size
    case .geluTanh: return 4 + 2 * 1.596 * (size + 0.044715 * size * size * size)
    case .geluExact: return fused ? (size < 12 ? 5 : 8) : 8 + size * size
    }
  }

  /// From far below to far above, dense around zero, and both signs of the smallest numbers.
  static let points: [Float] =
    stride(from: -20, through: 20, by: 0.037).map { Float($0) }
    + stride(from: -1, through: 1, by: 0.0041).map { Float($0) }
    + [0, 1e-10, -1e-10, 0x1p-133, -0x1p-133, 30, -30, 100, -100, 1e30, -1e30]

  /// The error in units of the last place of the expected value, at least the smallest subnormal.
  private func error(_ actual: Float, _ expected: Double) -> Double {
    let rounded = Float(expected)
    if actual == rounded { return 0 }
    return abs(Double(actual) - expected) / max(Double(rounded.ulp), 0x1p-149)
  }

  @Test(arguments: Activation.allCases)
  func `an activation is exact to a few units in the last place`(activation: Activation) {
    let x = Tensor(Self.points, shape: [1, Self.points.count])
    let expected = Reference.activated(x, activation)
    Variants.each { variant in
      let actual = x.activated(activation).array
      let beyond = Self.points.indices.filter {
        let allowed = bound(activation, Self.points[$0], fused: variant != "baseline")
        return !(error(actual[$0], expected[$0]) <= allowed)
      }
      let places = beyond.prefix(3).map { (Self.points[$0], actual[$0], expected[$0]) }
      #expect(beyond.isEmpty, "\(variant): \(places)")
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
      let worst = zip(y.array, expected).map { error($0, $1) }.max() ?? .infinity
      #expect(worst <= (variant == "baseline" ? 1.5 : 1.1), "\(variant): \(worst)")
      #expect(y.array.suffix(5) == [0, .infinity, 1, 0, .infinity])
    }
  }
}
