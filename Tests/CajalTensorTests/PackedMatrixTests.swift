// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct PackedMatrixTests {
  @Test func `a product equals the sum`() {
    let w = Philox(seed: 1).normals(shape: [70, 33])
    let x = Philox(seed: 2).normals(shape: [29, 33])
    let y = PackedMatrix(w).product(x)
    var expected: [Double] = []
    for i in 0..<29 { for o in 0..<70 {
      expected.append((0..<33).reduce(0.0) { $0 + Double(x[i, $1]) * Double(w[o, $1]) })
    } }
    expectClose(y, expected, tolerance: 1e-6)
    expectClose(Product.multiply(x, w, transposeB: true), expected, tolerance: 1e-6)
    let q = Philox(seed: 3).normals(shape: [37, 4, 8])
    let a = Attention(AttentionShape(scale: 0.3, window: 7), offsets: [0, 5, 37])
    let s = a.scores(q, q)
    #expect(a.fused(q, q, q).isBitEqual(to: a.mix(a.pattern(s), q)))
    #expect(s.shape == [4, 37, 32])
  }
}
