// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct AddedRowsTests {
  @Test func `every row receives its parts in order, whatever the threads`() {
    let width = 150
    let ids: [Int32] = [3, 0, 3, 3, 6, 0]
    let rows = Philox.tensor(1, ids.count, width)
    let before = Philox.tensor(2, 2, 7, width)
    var expected = before.array
    for (position, id) in ids.enumerated() {
      for k in 0..<width { expected[(7 + Int(id)) * width + k] += rows[position, k] }
    }
    for count in [1, 2, 5] {
      Variants.each { variant in
        var target = before
        Threads.with(count: count) { target.addRows(rows, at: ids, from: 7) }
        #expect(target.isBitEqual(to: Tensor(expected, shape: [2, 7, width])), "\(variant)")
      }
    }
  }

  @Test func `no rows change nothing`() {
    var target = Philox.tensor(2, 7, 3)
    target.addRows(Tensor(zeros: [0, 3]), at: [])
    #expect(target.isBitEqual(to: Philox.tensor(2, 7, 3)))
  }
}
