// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct SoftmaxTests {
  @Test func `softmax, its logarithm and cross-entropy equal the reference`() {
    for width in [1, 15, 16, 17, 130] {
      let x = Philox.tensor(1, 6, width, scale: 5)
      let targets = (0..<6).map { Int32($0 * 7 % width) }
      let (softmax, logSoftmax) = (Reference.softmax(x), Reference.logSoftmax(x))
      let entropy = Reference.crossEntropy(x, targets: targets)
      Variants.each { variant in
        let what = "\(variant), width \(width)"
        expectClose(x.softmax(), softmax, tolerance: 5e-7, what)
        expectClose(x.logSoftmax(), logSoftmax, tolerance: 5e-7, what)
        expectClose(crossEntropy(x, targets: targets), entropy, tolerance: 5e-7, what)
      }
    }
  }

  @Test func `masked, huge and tiny rows`() {
    let rows: [[Float]] = [
      [-.infinity, 1, -.infinity], [-.infinity, -.infinity, -.infinity], [1e30, -1e30, 1e30],
      [0x1p-133, -0x1p-133, 0], [-1e30, -1e30, -3e38],
    ]
    for row in rows {
      let x = Tensor(row, shape: [1, 3])
      let expected = Reference.softmax(x)
      Variants.each { variant in
        expectClose(x.softmax(), expected, tolerance: 1e-6, "\(variant) \(row)")
      }
    }
    #expect(Tensor([-.infinity, -.infinity], shape: [1, 2]).logSumExp() == [-.infinity])
    #expect(Tensor([.nan, -.infinity], shape: [1, 2]).logSumExp()[0].isNaN)
    #expect(Tensor([.nan, -.infinity], shape: [1, 2]).softmax().array.allSatisfy { $0.isNaN })
    #expect(Tensor(zeros: [0, 4]).softmax().shape == [0, 4])
    #expect(Tensor(zeros: [2, 0]).logSumExp() == [-.infinity, -.infinity])
  }

  @Test func `a row has the same bits alone and on any number of threads`() {
    let x = Philox.tensor(2, 3000, 21)
    Variants.each { variant in
      let one = Threads.with(count: 1) { x.softmax() }
      for count in [2, 5] {
        #expect(Threads.with(count: count) { x.softmax() }.isBitEqual(to: one), "\(variant)")
      }
      #expect(x.rows(2222..<2223).softmax().isBitEqual(to: one.rows(2222..<2223)), "\(variant)")
    }
  }
}
