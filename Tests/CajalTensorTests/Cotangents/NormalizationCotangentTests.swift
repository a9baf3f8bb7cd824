// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct NormalizationCotangentTests {
  static let widths = [2, 15, 16, 17, 35]

  @Test func `the rules of both norms are their derivatives`() {
    for width in Self.widths {
      let inputs = [Philox.grid(1, 3, width), Philox.grid(2, width), Philox.grid(3, width)]
      expectRule(at: inputs, "layer norm of \(width)") {
        $0[0].layerNorm(gain: $0[1], bias: $0[2], epsilon: 0.01)
      } _: {
        Reference.layerNorm($0[0], gain: $0[1], bias: $0[2], epsilon: 0.01)
      }
      expectRule(at: Array(inputs.prefix(2)), "root mean square of \(width)") {
        $0[0].rmsNorm(gain: $0[1], epsilon: 0.01)
      } _: {
        Reference.rmsNorm($0[0], gain: $0[1], epsilon: 0.01)
      }
    }
  }

  @Test func `norms without gain or bias pull back as well`() {
    let (x, vector) = (Philox.grid(1, 3, 19), Philox.grid(2, 19))
    expectRule(at: [x]) {
      $0[0].layerNorm(gain: nil, bias: nil, epsilon: 0.01)
    } _: {
      Reference.layerNorm($0[0], gain: nil, bias: nil, epsilon: 0.01)
    }
    expectRule(at: [x, vector]) {
      $0[0].layerNorm(gain: nil, bias: $0[1], epsilon: 0.01)
    } _: {
      Reference.layerNorm($0[0], gain: nil, bias: $0[1], epsilon: 0.01)
    }
    expectRule(at: [x]) {
      $0[0].rmsNorm(gain: nil, epsilon: 0.01)
    } _: {
      Reference.rmsNorm($0[0], gain: nil, epsilon: 0.01)
    }
  }

  @Test func `every step of a norm has its own rule`() {
    for width in Self.widths {
      let x = Philox.grid(1, 3, width)
      let scale = Tensor([0.75, 2, 1.5], shape: [3])
      expectRule(at: [x], "mean of \(width)") {
        $0[0].layerNormStatistics(epsilon: 0.01).mean
      } _: {
        Reference.normStatistics($0[0], centred: true, epsilon: 0.01).map(\.mean)
      }
      expectRule(at: [x], "scale of \(width)") {
        $0[0].layerNormStatistics(epsilon: 0.01).scale
      } _: {
        Reference.normStatistics($0[0], centred: true, epsilon: 0.01).map(\.scale)
      }
      expectRule(at: [x], "root mean square of \(width)") {
        $0[0].rootMeanSquareScale(epsilon: 0.01)
      } _: {
        Reference.normStatistics($0[0], centred: false, epsilon: 0.01).map(\.scale)
      }
      expectRule(at: [x, Philox.grid(2, 3), scale], "normalised \(width)") {
        $0[0].normalized(mean: $0[1], scale: $0[2])
      } _: { inputs in
        byRow(inputs[0]) { ($0 - Double(inputs[1][$1])) / Double(inputs[2][$1]) }
      }
      expectRule(at: [x, scale], "normalised \(width) without a mean") {
        $0[0].normalized(mean: nil, scale: $0[1])
      } _: { inputs in
        byRow(inputs[0]) { $0 / Double(inputs[1][$1]) }
      }
      expectRule(at: [x, Philox.grid(3, width), Philox.grid(4, width)], "affine \(width)") {
        $0[0].affine(gain: $0[1], bias: $0[2])
      } _: { inputs in
        byColumn(inputs[0]) { $0 * Double(inputs[1][$1]) + Double(inputs[2][$1]) }
      }
    }
  }

  @Test func `a fused norm pulls back what its steps pull back, and what the formula says`() {
    for (rows, width) in [(3, 17), (70, 48), (200, 33)] {
      let inputs = [
        Philox.tensor(1, rows, width, scale: 3), Philox.tensor(2, width), Philox.tensor(3, width),
      ]
      let cotangent = Philox.tensor(4, 1, rows, width)
      for frozen in [false, true] {
        let expected = Reference.normCotangents(
          inputs[0], gain: inputs[1], centred: true, epsilon: 1e-5, frozenScale: frozen,
          cotangent.reshaped(rows, width))
        Variants.each { variant in
          let fused = pulled(
            cotangent,
            through: {
              $0[0].layerNorm(gain: $0[1], bias: $0[2], epsilon: 1e-5, frozenScale: frozen)
            }, at: inputs)
          let steps = pulled(
            cotangent,
            through: {
              let (mean, scale) = $0[0].layerNormStatistics(epsilon: 1e-5)
              return $0[0].normalized(mean: mean, scale: frozen ? scale.detached : scale)
                .affine(gain: $0[1], bias: $0[2])
            }, at: inputs)
          let what = "\(variant), \(rows) × \(width), frozen \(frozen)"
          for found in [fused, steps] {
            for (found, expected) in zip(found, [expected.x, expected.gain, expected.bias]) {
              expectClose(found?.array.map(Double.init) ?? [], expected, tolerance: 1e-6, what)
            }
          }
        }
      }
    }
  }

  @Test func `a frozen scale is a constant to a pull-back and changes no value`() {
    let inputs = [Philox.grid(1, 3, 19), Philox.grid(2, 19)]
    let layer = inputs[0].layerNormStatistics(epsilon: 0.01).scale
    let rms = inputs[0].rootMeanSquareScale(epsilon: 0.01)
    expectRule(at: inputs) {
      $0[0].layerNorm(gain: $0[1], bias: nil, epsilon: 0.01, frozenScale: true)
    } _: { inputs in
      let means = inputs[0].rowMeans()
      let centred = byRow(inputs[0]) { ($0 - means[$1]) / Double(layer[$1]) }
      return centred.enumerated().map { $1 * Double(inputs[1][$0 % 19]) }
    }
    expectRule(at: inputs) {
      $0[0].rmsNorm(gain: $0[1], epsilon: 0.01, frozenScale: true)
    } _: { inputs in
      byRow(inputs[0]) { $0 / Double(rms[$1]) }.enumerated()
        .map { $1 * Double(inputs[1][$0 % 19]) }
    }
    let x = inputs[0].tracked()
    #expect(
      x.layerNorm(gain: nil, bias: nil, epsilon: 0.01, frozenScale: true)
        .isBitEqual(to: inputs[0].layerNorm(gain: nil, bias: nil, epsilon: 0.01)))
    #expect(
      x.rmsNorm(gain: nil, epsilon: 0.01, frozenScale: true)
        .isBitEqual(to: inputs[0].rmsNorm(gain: nil, epsilon: 0.01)))
  }

  @Test func `the reference's norm cotangents are differences of the reference`() {
    let inputs = [Philox.grid(1, 2, 9), Philox.grid(2, 9), Philox.grid(3, 9)]
    let cotangent = Philox.tensor(4, 2, 9)
    let numbers = cotangent.array.map(Double.init)
    let layer = FiniteDifferences.cotangents(inputs, numbers) {
      Reference.layerNorm($0[0], gain: $0[1], bias: $0[2], epsilon: 0.01)
    }
    let found = Reference.normCotangents(
      inputs[0], gain: inputs[1], centred: true, epsilon: 0.01, frozenScale: false, cotangent)
    for (found, expected) in zip([found.x, found.gain, found.bias], layer) {
      expectClose(found, expected, tolerance: 1e-9)
    }
    let rms = FiniteDifferences.cotangents([inputs[0]], numbers) {
      Reference.rmsNorm($0[0], gain: nil, epsilon: 0.01)
    }
    let plain = Reference.normCotangents(
      inputs[0], gain: nil, centred: false, epsilon: 0.01, frozenScale: false, cotangent)
    expectClose(plain.x, rms[0], tolerance: 1e-9)
  }

  @Test func `sums over many rows have equal bits on any number of threads`() {
    let inputs = [Philox.tensor(1, 1500, 19), Philox.tensor(2, 19), Philox.tensor(3, 19)]
    let cotangent = Philox.tensor(4, 2, 1500, 19)
    let expected = (0..<2).map {
      Reference.normCotangents(
        inputs[0], gain: inputs[1], centred: true, epsilon: 1e-5, frozenScale: false,
        cotangent.rows($0..<$0 + 1).reshaped(1500, 19))
    }
    Variants.each { variant in
      let runs = [1, 2, 5].map { count in
        Threads.with(count: count) {
          pulled(
            cotangent, through: { $0[0].layerNorm(gain: $0[1], bias: $0[2], epsilon: 1e-5) },
            at: inputs
          ).compactMap { $0 }
        }
      }
      for run in runs {
        #expect(zip(run, runs[0]).allSatisfy { $0.isBitEqual(to: $1) }, "\(variant)")
      }
      expectClose(runs[0][1], expected.flatMap(\.gain), tolerance: 1e-6, variant)
      expectClose(runs[0][2], expected.flatMap(\.bias), tolerance: 1e-6, variant)
    }
  }

  @Test func `hard rows pull back finite cotangents`() {
    // A large mean, large magnitudes, equal elements.
    let rows: [Float] =
      (0..<33).map { 1e4 + Float($0) * 1e-2 } + (0..<33).map { $0 % 2 == 0 ? 1e18 : -1e18 }
      + [Float](repeating: 3, count: 33) + [Float](repeating: 0, count: 33)
    let x = Tensor(rows, shape: [4, 33])
    let cotangent = Philox.tensor(1, 1, 4, 33)
    for centred in [true, false] {
      let expected = Reference.normCotangents(
        x, gain: nil, centred: centred, epsilon: 1e-5, frozenScale: false,
        cotangent.reshaped(4, 33))
      Variants.each { variant in
        let found = pulled(
          cotangent,
          through: {
            centred
              ? $0[0].layerNorm(gain: nil, bias: nil, epsilon: 1e-5)
              : $0[0].rmsNorm(gain: nil, epsilon: 1e-5)
          }, at: [x])[0]
        for row in 0..<4 {
          let part = found?.reshaped(4, 33).rows(row..<row + 1).array.map(Double.init) ?? []
          // The mean of the first row is rounded to Float32: 5e-4 beside a scale of 0.1.
          expectClose(
            part, Array(expected.x[row * 33..<(row + 1) * 33]),
            tolerance: row == 0 && centred ? 1e-2 : 1e-5, "\(variant), row \(row)")
        }
      }
    }
  }

  @Test func `no rows pull back no rows`() {
    let inputs = [Tensor(zeros: [0, 8]), Tensor(zeros: [8])]
    let found = pulled(
      Tensor(zeros: [2, 0, 8]), through: { $0[0].rmsNorm(gain: $0[1], epsilon: 1e-5) }, at: inputs)
    #expect(found[0]?.shape == [2, 0, 8])
    #expect(found[1]?.array == [Float](repeating: 0, count: 16))
  }
}

/// Every element with the index of its row.
func byRow(_ x: Tensor, _ f: (Double, Int) -> Double) -> [Double] {
  let width = x.shape.last ?? 1
  return x.array.enumerated().map { f(Double($1), $0 / width) }
}

/// Every element with the index of its column.
func byColumn(_ x: Tensor, _ f: (Double, Int) -> Double) -> [Double] {
  let width = x.shape.last ?? 1
  return x.array.enumerated().map { f(Double($1), $0 % width) }
}
