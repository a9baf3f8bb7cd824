// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct ReductionsTests {
  @Test func `sums and means are Float64`() {
    // In Float32 the ones would vanish beside 1e9.
    let row = [1e9] + [Float](repeating: 1, count: 40) + [-1e9]
    let x = Tensor(row + row, shape: [2, 42])
    Variants.each { variant in
      #expect(x.rowSums() == [40, 40], "\(variant)")
      #expect(x.rowMeans() == [40.0 / 42, 40.0 / 42], "\(variant)")
    }
    #expect(Tensor(zeros: [3, 0]).rowSums() == [0, 0, 0])
    #expect(x.sum() == 80)
  }

  @Test func `the maximum is the first of equals and a NaN has none`() {
    var row = [Float](repeating: -3, count: 40)
    row[21] = 5
    row[37] = 5
    Variants.each { variant in
      #expect(Tensor(row, shape: [1, 40]).argmax() == [21], "\(variant)")
      for place in [0, 16, 39] {
        var broken = row
        broken[place] = .nan
        #expect(Tensor(broken, shape: [1, 40]).argmax() == [-1], "\(variant)")
      }
    }
    let infinite = Tensor(repeating: -.infinity, shape: [1, 20])
    #expect(infinite.argmax() == [0])
    #expect(Tensor(zeros: [2, 0]).argmax() == [-1, -1])
  }

  @Test func `the largest come in order with ties by lowest index`() {
    let x = Tensor([9, 9, 9, 1, 4, .nan, 4, 7, 4, -.infinity], shape: [2, 5])
    #expect(x.topK(1, 4).map(\.index) == [2, 1, 3, 4])
    #expect(x.topK(1, 3).map(\.value) == [7, 4, 4])
    #expect(x.topK(0, 9).map(\.index) == [0, 1, 2, 4, 3])
    #expect(x.topK(0, 0).isEmpty)
    #expect(x.topK(1, 5).last?.value.isNaN == true)
    let random = Philox.tensor(1, 1, 500)
    let sorted = random.array.enumerated().sorted { $0.element > $1.element }.prefix(20)
    #expect(random.topK(0, 20).map(\.index) == sorted.map(\.offset))
  }
}
