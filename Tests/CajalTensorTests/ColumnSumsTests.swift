// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import Testing

@testable import CajalTensor

struct ColumnSumsTests {
  @Test func `column sums are sums in Float64 rounded once, in all variants and threads`() {
    for (leading, rows, width) in [(1, 1, 1), (3, 40, 215), (2, 0, 5), (1, 3, 64), (2, 7, 81)] {
      let x = Philox.tensor(1, leading, rows, width)
      let numbers = x.array
      let expected = (0..<leading * width).map { index -> Float in
        let start = index / width * rows * width + index % width
        return Float((0..<rows).reduce(0.0) { $0 + Double(numbers[start + $1 * width]) })
      }
      for count in [1, 2, 5] {
        Variants.each { variant in
          let sums = Threads.with(count: count) { x.columnSums() }
          #expect(
            sums.isBitEqual(to: Tensor(expected, shape: [leading, width])),
            "\(variant) \(leading)×\(rows)×\(width)")
        }
      }
    }
  }

  @Test func `all inner dimensions are summed`() {
    let x = Philox.tensor(1, 2, 3, 4, 5)
    #expect(x.columnSums().isBitEqual(to: x.reshaped(2, 12, 5).columnSums()))
  }
}
