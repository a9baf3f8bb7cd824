// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct ProductTests {
  @Test(arguments: [false, true], [false, true])
  func `products of activations equal the reference`(transposeA: Bool, transposeB: Bool) {
    for (rows, inner, columns) in [
      (1, 1, 1), (0, 3, 2), (3, 0, 2), (5, 17, 9), (150, 20, 33), (2, 70, 300), (430, 3, 4),
    ] {
      let (a, b) = operands(rows, inner, columns, transposeA, transposeB)
      let product = Product.multiply(a, b, transposeA: transposeA, transposeB: transposeB)
      #expect(product.shape == [rows, columns])
      expectClose(
        product, Reference.multiply(a, b, transposeA: transposeA, transposeB: transposeB),
        tolerance: 2e-6, "\(rows)×\(inner)×\(columns)")
    }
  }

  private func operands(
    _ rows: Int, _ inner: Int, _ columns: Int, _ transposeA: Bool, _ transposeB: Bool
  ) -> (Tensor, Tensor) {
    (
      Philox.grid(1, transposeA ? inner : rows, transposeA ? rows : inner),
      Philox.grid(2, transposeB ? columns : inner, transposeB ? inner : columns)
    )
  }

  @Test func `threads change no bit`() {
    for (rows, inner, columns) in [(300, 64, 96), (3, 300, 900), (130, 17, 5)] {
      let a = Philox.tensor(1, rows, inner)
      let b = Philox.tensor(2, inner, columns)
      let one = Threads.with(count: 1) { Product.multiply(a, b) }
      for count in [2, 5] {
        #expect(Threads.with(count: count) { Product.multiply(a, b) }.isBitEqual(to: one))
      }
    }
  }

  @Test(arguments: [false, true], [false, true])
  func `both operands get what finite differences say, many cotangents as one at a time`(
    transposeA: Bool, transposeB: Bool
  ) {
    for (rows, inner, columns) in [(1, 1, 1), (5, 7, 3), (4, 2, 9)] {
      let (a, b) = operands(rows, inner, columns, transposeA, transposeB)
      let y = Philox.tensor(3, 3, rows, columns)
      let (leafA, leafB) = (a.tracked(), b.tracked())
      let product = Product.multiply(leafA, leafB, transposeA: transposeA, transposeB: transposeB)
      let all = pullBack([(product, y)], to: [leafA, leafB])
      for c in 0..<3 {
        let single = pullBack([(product, y.cotangent(c))], to: [leafA, leafB])
        let slopeA = slope(of: a, y.cotangent(c)) {
          Reference.multiply($0, b, transposeA: transposeA, transposeB: transposeB)
        }
        let slopeB = slope(of: b, y.cotangent(c)) {
          Reference.multiply(a, $0, transposeA: transposeA, transposeB: transposeB)
        }
        for (index, slope) in [slopeA, slopeB].enumerated() {
          guard let one = single[index], let whole = all[index] else {
            Issue.record("operand \(index) gets no cotangent")
            continue
          }
          #expect(whole.cotangent(c).isBitEqual(to: one))
          expectClose(
            one, slope, tolerance: 2e-5, "operand \(index) of \(rows)×\(inner)×\(columns)")
        }
      }
      // One operand alone.
      let half = Product.multiply(a, leafB, transposeA: transposeA, transposeB: transposeB)
      let found = pullBack([(half, y)], to: [leafB])
      #expect(zip([all[1]], found).allSatisfy { $0!.isBitEqual(to: $1!) })
    }
  }

  @Test func `a product stands in its block and nowhere else, overwriting or adding`() {
    let (y, x) = (Philox.tensor(1, 11, 5), Philox.tensor(2, 11, 7))
    let product = Product.multiply(y, x, transposeA: true)
    let before = Philox.tensor(3, 2, 20, 9)
    let block = MatrixBlock(start: 180 + 4 * 9 + 1, stride: 9)
    for adding in [false, true] {
      var target = before
      Product.accumulate(y, x, transposeA: true, into: &target, at: block, adding: adding)
      var expected = before
      expected.withMutableFloats { expected in
        for row in 0..<5 {
          for column in 0..<7 {
            let at = block.start + row * 9 + column
            expected[at] = (adding ? expected[at] : 0) + product[row, column]
          }
        }
      }
      expectClose(target, expected, tolerance: adding ? 1e-6 : 0)
      for index in 0..<before.count
      where index < block.start || (index - block.start) % 9 >= 7 || index >= block.start + 45 {
        #expect(target.array[index] == before.array[index])
      }
    }
  }

  @Test func `a product over nothing overwrites with zeros and adds nothing`() {
    var target = Philox.tensor(3, 4, 5)
    let (a, b) = (Tensor(zeros: [0, 2]), Tensor(zeros: [0, 3]))
    let before = target
    let block = MatrixBlock(start: 6, stride: 5)
    Product.accumulate(a, b, transposeA: true, into: &target, at: block, adding: true)
    #expect(target.isBitEqual(to: before))
    Product.accumulate(a, b, transposeA: true, into: &target, at: block, adding: false)
    #expect(
      target.array[6..<9].allSatisfy { $0 == 0 } && target.array[11..<14].allSatisfy { $0 == 0 })
    #expect(target.array.filter { $0 == 0 }.count == 6)
  }

  @Test func `threads change no bit of what is accumulated`() {
    let (y, x) = (Philox.tensor(1, 40, 700), Philox.tensor(2, 40, 70))
    let before = Philox.tensor(3, 700, 70)
    let results = [1, 2, 5].map { count in
      Threads.with(count: count) {
        var target = before
        Product.accumulate(y, x, transposeA: true, into: &target, adding: true)
        return target
      }
    }
    #expect(results[1].isBitEqual(to: results[0]) && results[2].isBitEqual(to: results[0]))
  }
}
