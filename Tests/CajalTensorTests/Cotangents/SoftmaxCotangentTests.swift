// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct SoftmaxCotangentTests {
  @Test func `the rules of softmax and its logarithm are their derivatives`() {
    for (rows, width) in [(1, 1), (2, 15), (2, 16), (3, 35)] {
      let x = Philox.grid(1, rows, width, scale: 2)
      expectRule(at: [x], "softmax \(rows) × \(width)") {
        $0[0].softmax()
      } _: {
        Reference.softmax($0[0])
      }
      expectRule(at: [x], "logarithm \(rows) × \(width)") {
        $0[0].logSoftmax()
      } _: {
        Reference.logSoftmax($0[0])
      }
    }
  }

  @Test func `the reference's rules are differences of the reference`() {
    let x = Philox.grid(1, 2, 9)
    let cotangent = Philox.tensor(2, 2, 9)
    let numbers = cotangent.array.map(Double.init)
    expectClose(
      Reference.softmaxCotangent(x, cotangent),
      FiniteDifferences.cotangents([x], numbers) { Reference.softmax($0[0]) }[0], tolerance: 1e-9)
    expectClose(
      Reference.logSoftmaxCotangent(x, cotangent),
      FiniteDifferences.cotangents([x], numbers) { Reference.logSoftmax($0[0]) }[0],
      tolerance: 1e-9)
  }

  @Test func `minus infinity and certainty pull back numbers`() {
    var x = Philox.tensor(1, 4, 37, scale: 3)
    x.withMutableFloats { x in
      for i in stride(from: 1, to: 37, by: 2) { x[i] = -.infinity }  // some
      for i in 37..<74 { x[i] = -.infinity }  // all
      x[74 + 5] = 200  // one takes everything
    }
    let cotangent = Philox.tensor(2, 1, 4, 37, scale: 10)
    let expected = Reference.softmaxCotangent(x, cotangent.reshaped(4, 37))
    Variants.each { variant in
      let found = pulled(cotangent, through: { $0[0].softmax() }, at: [x])[0]
      expectClose(found?.array.map(Double.init) ?? [], expected, tolerance: 1e-6, variant)
      #expect(found?.isFinite ?? false)
      // The logarithm of nothing has no slope anywhere; the other rows have one.
      let rows = x.gathered(rows: [0, 2, 3])
      let given = cotangent.reshaped(4, 37).gathered(rows: [0, 2, 3])
      let logarithm = pulled(
        given.reshaped(1, 3, 37), through: { $0[0].logSoftmax() }, at: [rows])[0]
      expectClose(
        logarithm?.array.map(Double.init) ?? [], Reference.logSoftmaxCotangent(rows, given),
        tolerance: 1e-6, variant)
    }
  }
}

struct CrossEntropyCotangentTests {
  @Test func `the cotangent of the logits is the derivative of the weighted losses`() {
    for (rows, width) in [(1, 1), (3, 16), (2, 35)] {
      let x = Philox.grid(1, rows, width, scale: 2)
      let targets = (0..<rows).map { Int32(($0 * 7) % width) }
      let weights = [0.5, -1, 3].prefix(rows).map { $0 }
      let expected = FiniteDifferences.cotangents([x], weights) {
        Reference.crossEntropy($0[0], targets: targets)
      }
      expectClose(
        Reference.crossEntropyCotangent(x, targets: targets, weights: weights), expected[0],
        tolerance: 1e-9)
      Variants.each { variant in
        let found = crossEntropyCotangent(x, targets: targets, weights: weights)
        expectClose(found.cotangent, expected[0], tolerance: 1e-6, "\(variant), width \(width)")
        #expect(found.losses == crossEntropy(x, targets: targets), "\(variant)")
      }
    }
  }

  @Test func `rows of no weight are passed over, whatever stands there`() {
    var x = Philox.tensor(1, 3, 20)
    x.withMutableFloats { $0[25] = .nan }
    let found = crossEntropyCotangent(x, targets: [4, -1, 7], weights: [1, 0, 2])
    #expect(found.losses[1] == 0)
    #expect(found.cotangent.rows(1..<2).array == [Float](repeating: 0, count: 20))
    #expect(found.cotangent.isFinite)
    #expect(found.cotangent.array.contains { $0 != 0 })
  }

  @Test func `a nearly certain target keeps its small cotangent`() {
    // 1 - p is 5e-11, which a difference from 1 in Float32 would lose; in Float64 it keeps 2e-6.
    let x = Tensor([24, 0, -1], shape: [1, 3])
    let expected = Reference.crossEntropyCotangent(x, targets: [0], weights: [1])
    #expect(expected[0] < 0)
    Variants.each { variant in
      let found = crossEntropyCotangent(x, targets: [0], weights: [1]).cotangent
      for (one, other) in zip(found.array, expected) {
        #expect(abs(Double(one) - other) <= 1e-5 * abs(other), "\(variant)")
      }
    }
  }

  @Test func `many rows have equal bits on any number of threads`() {
    let x = Philox.tensor(1, 300, 500, scale: 3)
    let targets = (0..<300).map { Int32($0) }
    let weights = (0..<300).map { 1 / Double($0 + 1) }
    Variants.each { variant in
      let runs = [1, 2, 5].map { count in
        Threads.with(count: count) {
          crossEntropyCotangent(x, targets: targets, weights: weights)
        }
      }
      for run in runs {
        #expect(run.cotangent.isBitEqual(to: runs[0].cotangent), "\(variant)")
        #expect(run.losses == runs[0].losses, "\(variant)")
      }
      let alone = crossEntropyCotangent(x.rows(7..<8), targets: [7], weights: [weights[7]])
      #expect(alone.cotangent.isBitEqual(to: runs[0].cotangent.rows(7..<8)), "\(variant)")
    }
  }

  @Test func `a divergence and its cotangent follow the reference`() {
    for (rows, width) in [(1, 1), (3, 16), (2, 35)] {
      let x = Philox.grid(1, rows, width, scale: 2)
      let reference = Philox.grid(2, rows, width, scale: 2)
      let weights = [0.5, -1, 3].prefix(rows).map { $0 }
      let values = Reference.divergence(x, from: reference)
      let expected = FiniteDifferences.cotangents([x], weights) {
        Reference.divergence($0[0], from: reference)
      }
      expectClose(
        Reference.divergenceCotangent(x, from: reference, weights: weights), expected[0],
        tolerance: 1e-9)
      Variants.each { variant in
        expectClose(divergence(x, from: reference), values, tolerance: 1e-6, variant)
        expectClose(
          divergenceCotangent(x, from: reference, weights: weights), expected[0], tolerance: 1e-6,
          variant)
        #expect(divergence(x, from: x).allSatisfy { abs($0) < 1e-12 }, "\(variant)")
      }
    }
  }

  @Test func `a small divergence keeps its digits`() {
    let reference = Philox.tensor(1, 1, 40, scale: 3)
    for size in [1e-1, 1e-3, 1e-5] as [Float] {
      let x = reference + Philox.tensor(2, 1, 40) * size
      let expected = Reference.divergence(x, from: reference)[0]
      #expect(expected > 0)
      Variants.each { variant in
        let found = divergence(x, from: reference)[0]
        // The reference's own logarithms leave 1e-15.
        #expect(abs(found - expected) < 1e-6 * expected + 1e-14, "\(variant), \(size)")
      }
    }
  }

  @Test func `divergences of certain and impossible tokens`() {
    let low = -Float.infinity
    let cases: [(x: [Float], reference: [Float])] = [
      ([1, 2.001, 3, low], [1, 2, 3, low]),  // impossible for both: nothing added
      ([1, 2, 3, 4], [1, 2, 3, low]),  // impossible for the reference alone
      ([1, 2, low], [1, 2, 3]),  // impossible where the reference has something: infinite
      ([0, 200], [200, 0]), ([0, 100, 3], [0, -100, 3]), ([500, 500.5], [1, 2]),
    ]
    for (x, reference) in cases {
      let (x, reference) = (
        Tensor(x, shape: [1, x.count]), Tensor(reference, shape: [1, reference.count])
      )
      let expected = Reference.divergence(x, from: reference)[0]
      Variants.each { variant in
        let found = divergence(x, from: reference)[0]
        #expect(
          found == expected || abs(found - expected) < 1e-6 * expected, "\(variant), \(x.array)")
        let cotangent = divergenceCotangent(x, from: reference, weights: [1])
        #expect(cotangent.isFinite, "\(variant), \(x.array)")
      }
    }
    let broken = divergence(
      Tensor([1, .nan], shape: [1, 2]), from: Tensor([1, 2], shape: [1, 2]))
    #expect(broken[0].isNaN)
  }
}
