// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct RowsCotangentTests {
  private static func numbers(_ x: Tensor) -> [Double] { x.array.map(Double.init) }

  @Test func `moves of rows and columns send cotangents where their elements came from`() {
    let x = Philox.grid(1, 5, 7)
    expectRule(at: [x], "transposed") {
      $0[0].transposed()
    } _: { inputs in
      (0..<35).map { Double(inputs[0][$0 % 5, $0 / 5]) }
    }
    expectRule(at: [x], "columns") {
      $0[0].columns(2..<5)
    } _: { inputs in
      (0..<15).map { Double(inputs[0][$0 / 3, 2 + $0 % 3]) }
    }
    expectRule(at: [x], "rows") {
      $0[0].rows(1..<3)
    } _: { inputs in
      (0..<14).map { Double(inputs[0][1 + $0 / 7, $0 % 7]) }
    }
    expectRule(at: [x], "gathered") {
      $0[0].gathered(rows: [4, 0, 4, 4])
    } _: { inputs in
      [4, 0, 4, 4].flatMap { row in (0..<7).map { Double(inputs[0][row, $0]) } }
    }
    expectRule(at: [x], "reshaped") {
      $0[0].reshaped(7, 5)
    } _: { inputs in
      Self.numbers(inputs[0])
    }
    expectRule(at: [x, Philox.grid(2, 2, 7), Philox.grid(3, 1, 7)], "concatenated") {
      Tensor.concatenatedRows($0)
    } _: {
      $0.flatMap { Self.numbers($0) }
    }
    expectRule(at: [Philox.grid(4, 3, 2, 4)], "gathered slices") {
      $0[0].gathered(rows: [2, 2])
    } _: { inputs in
      (0..<16).map { Double(inputs[0][2, $0 % 8 / 4, $0 % 4]) }
    }
  }

  @Test func `moves of nothing pull back nothing`() {
    let x = Philox.tensor(1, 3, 4).tracked()
    for y in [x.columns(2..<2), x.gathered(rows: []), x.rows(1..<1)] {
      let found = pullBack([(y, Tensor(zeros: [2] + y.shape))], to: [x])
      #expect(found[0]?.array == [Float](repeating: 0, count: 24))
    }
  }
}

struct MixtureTests {
  private static func numbers(_ x: Tensor) -> [Double] { x.array.map(Double.init) }

  /// Distinct elements, so that no difference changes a choice.
  private static let weights = Tensor(
    [0.125, 0.5, 0.25, 0.0625, 0.75, 0.5, 0.125, 0.375, 0.25, 0.3125, 0.0625, 0.875], shape: [3, 4])

  @Test func `the largest are kept, renormalised or not, ties to the lower index`() {
    let x = Tensor([1, 4, 4, 2, 0, 0, 0, 0], shape: [2, 4])
    #expect(x.keepingLargest(2, renormalized: false).array == [0, 4, 4, 0, 0, 0, 0, 0])
    #expect(
      x.rows(0..<1).keepingLargest(3, renormalized: true).array == [0, 0.4, 0.4, 0.2])
    #expect(x.keepingLargest(9, renormalized: false).isBitEqual(to: x))
    #expect(x.keepingLargest(0, renormalized: false).array == [Float](repeating: 0, count: 8))
  }

  @Test(arguments: [1, 2, 4], [false, true])
  func `a choice is held while its weights move`(k: Int, renormalized: Bool) {
    expectRule(at: [Self.weights]) {
      $0[0].keepingLargest(k, renormalized: renormalized)
    } _: { inputs in
      (0..<3).flatMap { row -> [Double] in
        let values = (0..<4).map { Double(inputs[0][row, $0]) }
        let smallest = values.sorted(by: >)[k - 1]
        let kept = values.map { $0 >= smallest ? $0 : 0 }
        return kept.map { renormalized ? $0 / kept.reduce(0, +) : $0 }
      }
    }
  }

  @Test func `a column is picked at some rows and pulled back there`() {
    #expect(Self.weights.picked(column: 1, rows: [2, 0, 2]).array == [0.3125, 0.5, 0.3125])
    expectRule(at: [Self.weights]) {
      $0[0].picked(column: 1, rows: [2, 0, 2])
    } _: { inputs in
      [2, 0, 2].map { Double(inputs[0][$0, 1]) }
    }
  }

  @Test func `a sum of scaled rows is one chain in their order`() {
    // 2^24 + 1 + 1 rounds to 2^24 in Float32; 1 + 1 + 2^24 does not.
    let large = ScaledRows(
      Tensor([0x1p24], shape: [1, 1]), at: [1], scale: Tensor([1], shape: [1]))
    let ones = ScaledRows(
      Tensor([2, 2], shape: [2, 1]), at: [1, 1], scale: Tensor([0.5, 0.5], shape: [2]))
    Variants.each { variant in
      let down = Tensor.sum(of: [large, ones], rows: 3, width: 1)
      let up = Tensor.sum(of: [ones, large], rows: 3, width: 1)
      #expect(down.array == [0, 0x1p24, 0], "\(variant)")
      #expect(up.array == [0, 0x1p24 + 2, 0], "\(variant)")
    }
    #expect(Tensor.sum(of: [], rows: 2, width: 2).array == [0, 0, 0, 0])
  }

  @Test func `a sum of scaled rows pulls back to rows and factors`() {
    let places = [[3, 0], [0, 3, 3]]
    let inputs = [
      Philox.grid(1, 2, 17), Philox.grid(2, 2), Philox.grid(3, 3, 17), Philox.grid(4, 3),
    ]
    expectRule(at: inputs) { x in
      Tensor.sum(
        of: [
          ScaledRows(x[0], at: places[0], scale: x[1]),
          ScaledRows(x[2], at: places[1], scale: x[3]),
        ], rows: 5, width: 17)
    } _: { x in
      var sum = [Double](repeating: 0, count: 5 * 17)
      for (part, (rows, scale)) in [(x[0], x[1]), (x[2], x[3])].enumerated() {
        let (values, factors) = (Self.numbers(rows), Self.numbers(scale))
        for (row, place) in places[part].enumerated() {
          for column in 0..<17 {
            sum[place * 17 + column] += values[row * 17 + column] * factors[row]
          }
        }
      }
      return sum
    }
  }

  @Test func `a sum of many rows has equal bits on any number of threads`() {
    let parts = (0..<4).map { (index: Int) -> ScaledRows in
      let places = (0..<500).map { (row: Int) -> Int in (row * 7 + index) % 1000 }
      let seed = UInt64(index)
      return ScaledRows(
        Philox.tensor(seed, 500, 70), at: places, scale: Philox.tensor(seed + 9, 500))
    }
    let one = Threads.with(count: 1) { Tensor.sum(of: parts, rows: 1000, width: 70) }
    let five = Threads.with(count: 5) { Tensor.sum(of: parts, rows: 1000, width: 70) }
    #expect(five.isBitEqual(to: one))
  }
}
