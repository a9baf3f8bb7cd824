// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct NormalizationTests {
  static let widths = [1, 2, 15, 16, 17, 48, 100]

  @Test func `norms equal the reference`() {
    for width in Self.widths {
      let x = Philox.tensor(1, 5, width, scale: 3)
      let (gain, bias) = (Philox.tensor(2, width), Philox.tensor(3, width))
      let layer = Reference.layerNorm(x, gain: gain, bias: bias, epsilon: 1e-5)
      let rms = Reference.rmsNorm(x, gain: gain, epsilon: 1e-6)
      let plain = Reference.layerNorm(x, gain: nil, bias: nil, epsilon: 1e-5)
      Variants.each { variant in
        let what = "\(variant), width \(width)"
        expectClose(
          x.layerNorm(gain: gain, bias: bias, epsilon: 1e-5), layer, tolerance: 1e-6, what)
        expectClose(x.rmsNorm(gain: gain, epsilon: 1e-6), rms, tolerance: 1e-6, what)
        expectClose(x.layerNorm(gain: nil, bias: nil, epsilon: 1e-5), plain, tolerance: 1e-6, what)
      }
    }
  }

  @Test func `statistics equal the reference on hard rows`() {
    // A large mean cancels in one-pass Float32 formulas; squares of 1e30 overflow Float32.
    let rows: [[Float]] = [
      (0..<33).map { 1e4 + Float($0) * 1e-2 }, (0..<33).map { $0 % 2 == 0 ? 1e30 : -1e30 },
      (0..<33).map { Float($0) * 0x1p-133 }, [Float](repeating: 0, count: 33),
    ]
    for row in rows {
      let x = Tensor(row, shape: [1, 33])
      let layer = Reference.normStatistics(x, centred: true, epsilon: 1e-12)
      let rms = Reference.normStatistics(x, centred: false, epsilon: 1e-12)
      Variants.each { variant in
        let (mean, scale) = x.layerNormStatistics(epsilon: 1e-12)
        expectClose(mean, layer.map(\.mean), tolerance: 1e-7, variant)
        expectClose(scale, layer.map(\.scale), tolerance: 1e-7, variant)
        expectClose(
          x.rootMeanSquareScale(epsilon: 1e-12), rms.map(\.scale), tolerance: 1e-7, variant)
      }
    }
  }

  @Test func `the fused norms have the bits of their steps`() {
    for width in Self.widths {
      let x = Philox.tensor(4, 7, width)
      let (gain, bias) = (Philox.tensor(5, width), Philox.tensor(6, width))
      Variants.each { variant in
        for (g, b) in [(gain, bias), (gain, nil), (nil, bias), (nil, nil)] as [(Tensor?, Tensor?)] {
          let (mean, scale) = x.layerNormStatistics(epsilon: 1e-5)
          let steps = x.normalized(mean: mean, scale: scale).affine(gain: g, bias: b)
          #expect(
            x.layerNorm(gain: g, bias: b, epsilon: 1e-5).isBitEqual(to: steps),
            "\(variant), width \(width)")
        }
        let steps = x.normalized(mean: nil, scale: x.rootMeanSquareScale(epsilon: 1e-6))
          .affine(gain: gain, bias: nil)
        #expect(
          x.rmsNorm(gain: gain, epsilon: 1e-6).isBitEqual(to: steps), "\(variant), width \(width)")
      }
    }
  }

  @Test func `a row has the same bits alone and on any number of threads`() {
    let x = Philox.tensor(7, 2000, 19)
    let gain = Philox.tensor(8, 19)
    Variants.each { variant in
      let one = Threads.with(count: 1) { x.layerNorm(gain: gain, bias: gain, epsilon: 1e-5) }
      for count in [2, 5] {
        let many = Threads.with(count: count) { x.layerNorm(gain: gain, bias: gain, epsilon: 1e-5) }
        #expect(many.isBitEqual(to: one), "\(variant), \(count) threads")
      }
      let alone = x.rows(1234..<1235).layerNorm(gain: gain, bias: gain, epsilon: 1e-5)
      #expect(alone.isBitEqual(to: one.rows(1234..<1235)), "\(variant)")
    }
  }

  @Test func `norms act on the last dimension of any rank`() {
    let x = Philox.tensor(9, 3, 4, 8)
    let gain = Philox.tensor(10, 8)
    #expect(x.rootMeanSquareScale(epsilon: 0).shape == [3, 4])
    #expect(x.layerNormStatistics(epsilon: 0).mean.shape == [3, 4])
    let flat = x.reshaped(12, 8).rmsNorm(gain: gain, epsilon: 1e-6)
    #expect(x.rmsNorm(gain: gain, epsilon: 1e-6).isBitEqual(to: flat.reshaped(3, 4, 8)))
  }

  @Test func `no rows give no rows`() {
    let x = Tensor(zeros: [0, 8])
    #expect(x.layerNorm(gain: nil, bias: nil, epsilon: 1e-5).shape == [0, 8])
    #expect(x.rootMeanSquareScale(epsilon: 1e-5).shape == [0])
  }
}
