// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct RowsTests {
  @Test func `a transpose moves every element`() {
    for (rows, columns) in [(1, 1), (0, 3), (3, 0), (17, 33), (70, 5)] {
      let x = Philox.tensor(1, rows, columns)
      let y = x.transposed()
      #expect(y.shape == [columns, rows])
      for row in 0..<rows {
        for column in 0..<columns { #expect(y[column, row] == x[row, column]) }
      }
      #expect(y.transposed().isBitEqual(to: x))
    }
  }

  @Test func `columns and rows cut out and put together again are the whole`() {
    let x = Philox.tensor(2, 7, 10)
    #expect(x.columns(3..<5).shape == [7, 2])
    #expect(x.columns(3..<5)[6, 1] == x[6, 4])
    #expect(x.columns(4..<4).shape == [7, 0])
    let parts = [x.rows(0..<2), x.rows(2..<2), x.rows(2..<7)]
    #expect(Tensor.concatenatedRows(parts).isBitEqual(to: x))
  }

  @Test func `gathered rows come in the order asked for`() {
    let x = Philox.tensor(3, 5, 2, 3)
    let y = x.gathered(rows: [4, 0, 4])
    #expect(y.shape == [3, 2, 3])
    #expect(y.rows(0..<1).isBitEqual(to: x.rows(4..<5)))
    #expect(y.rows(1..<2).isBitEqual(to: x.rows(0..<1)))
    #expect(x.gathered(rows: []).shape == [0, 2, 3])
  }
}
