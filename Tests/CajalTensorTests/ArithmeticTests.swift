// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct ArithmeticTests {
  @Test func `each operation is the one rounding of its result`() {
    for shape in [[0, 3], [1, 1], [3, 17], [2, 3, 20], []] {
      let (a, b) = (Philox(seed: 1).normals(shape: shape), Philox(seed: 2).normals(shape: shape))
      let pairs = Array(zip(a.array, b.array))
      Variants.each { variant in
        #expect((a + b).array == pairs.map { $0 + $1 }, "\(variant)")
        #expect((a - b).array == pairs.map { $0 - $1 }, "\(variant)")
        #expect((a * b).array == pairs.map { $0 * $1 }, "\(variant)")
        #expect((a * 0.3).array == pairs.map { $0.0 * 0.3 }, "\(variant)")
        #expect((a + b).shape == shape)
      }
    }
  }

  @Test func `rows take a vector and a number a row`() {
    let x = Philox.tensor(3, 4, 19)
    let (vector, scale) = (Philox.tensor(4, 19), Philox.tensor(5, 4))
    let (values, vectors, scales) = (x.array, vector.array, scale.array)
    Variants.each { variant in
      #expect(
        x.addingToRows(vector).array == values.indices.map { values[$0] + vectors[$0 % 19] },
        "\(variant)")
      #expect(
        x.multiplyingRows(vector).array == values.indices.map { values[$0] * vectors[$0 % 19] },
        "\(variant)")
      #expect(
        x.dividingRows(by: scale).array == values.indices.map { values[$0] / scales[$0 / 19] },
        "\(variant)")
    }
  }
}
