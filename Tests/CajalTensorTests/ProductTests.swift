// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct ProductTests {
  @Test(arguments: [false, true], [false, true])
  func `products of activations equal the reference`(transposeA: Bool, transposeB: Bool) {
    for (rows, inner, columns) in [
      (1, 1, 1), (0, 3, 2), (3, 0, 2), (5, 17, 9), (150, 20, 33), (2, 70, 300),
    ] {
      let a = Philox.tensor(1, transposeA ? inner : rows, transposeA ? rows : inner)
      let b = Philox.tensor(2, transposeB ? columns : inner, transposeB ? inner : columns)
      let product = Product.multiply(a, b, transposeA: transposeA, transposeB: transposeB)
      #expect(product.shape == [rows, columns])
      expectClose(
        product, Reference.multiply(a, b, transposeA: transposeA, transposeB: transposeB),
        tolerance: 2e-6, "\(rows)×\(inner)×\(columns)")
    }
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
}
