// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct ActivationCotangentTests {
  /// Inputs without the kink of max(x, 0) within reach of a difference.
  private static func smooth(_ seed: UInt64, _ shape: Int...) -> Tensor {
    let x = Philox(seed: seed).normals(shape: shape, scale: 2).array
    return Tensor(
      x.map { ($0 / 0x1p-10).rounded() * 0x1p-10 + ($0 < 0 ? -0x1p-6 : 0x1p-6) }, shape: shape)
  }

  @Test(arguments: Activation.allCases)
  func `an activation's rule is its derivative`(activation: Activation) {
    for shape in [[3, 17], [1, 1], [2, 16]] {
      let x = Self.smooth(1, shape[0], shape[1])
      expectRule(at: [x], "\(shape)") {
        $0[0].activated(activation)
      } _: {
        Reference.activated($0[0], activation)
      }
    }
  }

  @Test(arguments: Activation.allCases)
  func `a gate's rule is the derivative of both its operands`(activation: Activation) {
    for width in [1, 16, 35] {
      expectRule(at: [Self.smooth(2, 3, width), Philox.grid(3, 3, width)], "width \(width)") {
        $0[0].gated(by: activation, linear: $0[1])
      } _: {
        Reference.gated($0[0], by: activation, linear: $0[1])
      }
    }
  }

  @Test(arguments: Activation.allCases)
  func `a gate pulls back with the bits of its two steps`(activation: Activation) {
    let inputs = [Philox.tensor(4, 5, 50, scale: 4), Philox.tensor(5, 5, 50)]
    let cotangent = Philox.tensor(6, 1, 5, 50)
    Variants.each { variant in
      let gate = pulled(
        cotangent, through: { $0[0].gated(by: activation, linear: $0[1]) }, at: inputs)
      let steps = pulled(cotangent, through: { $0[0].activated(activation) * $0[1] }, at: inputs)
      for (one, two) in zip(gate, steps) {
        #expect(one?.array == two?.array && one != nil, "\(variant)")
      }
    }
  }

  /// Units in the last place of the larger of the slope's two terms. An exponential multiplies the
  /// rounding of its argument by the argument.
  private func bound(_ activation: Activation, _ x: Float, fused: Bool) -> Double {
    let size = Double(abs(x))
    switch activation {
    case .identity, .relu, .reluSquared: return 0
    case .tanh, .sigmoid: return 8
    case .silu: return size < 87 ? 8 : 8 + size  // beyond, e^x is subnormal
    case .quickGelu: return 8 + 1.702 * size
    case .geluTanh: return 8 + 2 * 1.596 * (size + 0.044715 * size * size * size)
    case .geluExact: return fused ? (size < 12 ? 8 : 16) : 8 + size * size
    }
  }

  @Test(arguments: Activation.allCases)
  func `a slope is exact to a few units in the last place, far tails included`(
    activation: Activation
  ) {
    let points = ActivationTests.points + [90, -90, 104, -104, 500, -500]
    let x = Tensor(points, shape: [points.count])
    let ones = Tensor(repeating: 1, shape: [1, points.count])
    Variants.each { variant in
      guard let found = pulled(ones, through: { $0[0].activated(activation) }, at: [x])[0] else {
        Issue.record("no cotangent arrived")
        return
      }
      let slopes = found.array
      let beyond = points.indices.filter { index in
        let (first, second) = Reference.slope(Double(points[index]), activation)
        let error = abs(Double(slopes[index]) - (first + second))
        let unit = max(Double(Float(max(abs(first), abs(second))).ulp), 0x1p-149)
        return !(error <= unit * bound(activation, points[index], fused: variant != "baseline"))
      }
      let places = beyond.prefix(3).map {
        (points[$0], slopes[$0], Reference.slope(Double(points[$0]), activation))
      }
      #expect(beyond.isEmpty, "\(variant): \(beyond.count), \(places)")
    }
  }

  @Test(arguments: Activation.allCases)
  func `the reference's slope is the derivative of the reference`(activation: Activation) {
    for x in stride(from: -6.03, through: 6, by: 0.21) {
      let step = 1e-3
      func difference(_ steps: Double) -> Double {
        Reference.activated(x + steps * step, activation)
          - Reference.activated(x - steps * step, activation)
      }
      let (first, second) = Reference.slope(x, activation)
      let expected = (8 * difference(1) - difference(2)) / (12 * step)
      #expect(abs(first + second - expected) <= 1e-10, "\(x)")
    }
  }

  @Test func `a slope of not a number is not one`() {
    let x = Tensor([.nan, 1], shape: [2])
    for activation in Activation.allCases where activation != .identity {
      Variants.each { variant in
        let found = pulled(
          Tensor([1, 1], shape: [1, 2]), through: { $0[0].activated(activation) }, at: [x])
        let slopes = found[0]?.array ?? []
        #expect(slopes.first?.isNaN ?? false, "\(activation) on \(variant)")
        #expect(slopes.last?.isFinite ?? false, "\(activation) on \(variant)")
      }
    }
  }

  @Test func `soft cap and exponential follow the reference's differences`() {
    for shape in [[2, 19], [1, 1]] {
      let x = Philox.grid(7, shape[0], shape[1], scale: 4)
      expectRule(at: [x], "cap") {
        $0[0].softCapped(3)
      } _: {
        Reference.softCapped($0[0], 3)
      }
      expectRule(at: [x], "exponential") {
        $0[0].exponential()
      } _: {
        Reference.exponential($0[0])
      }
    }
  }
}
