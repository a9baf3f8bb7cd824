// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import Testing

@testable import CajalTensor

struct ColumnSumsTests {
  @Test func `column sums are those of Float64, with equal bits on any number of threads`() {
    for (leading, rows, width) in [
      (1, 1, 1), (3, 40, 215), (2, 0, 5), (1, 3, 64), (2, 7, 81), (1, 2000, 19),
    ] {
      let x = Philox.tensor(1, leading, rows, width)
      let numbers = x.array
      let expected = (0..<leading * width).map { index -> Double in
        let start = index / width * rows * width + index % width
        return (0..<rows).reduce(0.0) { $0 + Double(numbers[start + $1 * width]) }
      }
      Variants.each { variant in
        let runs = [1, 2, 5].map { count in Threads.with(count: count) { x.columnSums() } }
        #expect(runs[0].shape == [leading, width])
        expectClose(
          runs[0], expected, tolerance: 3e-7, "\(variant) \(leading)×\(rows)×\(width)")
        #expect(runs.allSatisfy { $0.isBitEqual(to: runs[0]) }, "\(variant)")
        for index in 0..<leading {
          let alone = x.rows(index..<index + 1).columnSums()
          #expect(alone.isBitEqual(to: runs[0].rows(index..<index + 1)), "\(variant)")
        }
      }
    }
  }

  @Test func `all inner dimensions are summed`() {
    let x = Philox.tensor(1, 2, 3, 4, 5)
    #expect(x.columnSums().isBitEqual(to: x.reshaped(2, 12, 5).columnSums()))
  }
}
