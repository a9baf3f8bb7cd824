// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

struct ArithmeticCotangentTests {
  private static func numbers(_ x: Tensor) -> [Double] { x.array.map(Double.init) }

  @Test func `sums, differences and products have their rules`() {
    for shape in [[3, 17], [1, 1], [2, 3, 20], []] {
      let inputs = [Philox(seed: 1).normals(shape: shape), Philox(seed: 2).normals(shape: shape)]
        .map { x in Tensor(x.array.map { ($0 * 1024).rounded() / 1024 }, shape: x.shape) }
      func pairs(_ x: [Tensor]) -> [(Double, Double)] {
        Array(zip(Self.numbers(x[0]), Self.numbers(x[1])))
      }
      expectRule(at: inputs, "sum \(shape)") {
        $0[0] + $0[1]
      } _: {
        pairs($0).map { $0 + $1 }
      }
      expectRule(at: inputs, "difference \(shape)") {
        $0[0] - $0[1]
      } _: {
        pairs($0).map { $0 - $1 }
      }
      expectRule(at: inputs, "product \(shape)") {
        $0[0] * $0[1]
      } _: {
        pairs($0).map { $0 * $1 }
      }
      expectRule(at: [inputs[0]], "multiple \(shape)") {
        $0[0] * 0.3
      } _: {
        Self.numbers($0[0]).map { $0 * Double(Float(0.3)) }
      }
    }
  }

  @Test func `a tensor times itself has twice its cotangent`() {
    let x = Tensor([3, -2], shape: [2]).tracked()
    let found = pullBack([(x * x, Tensor([1, 10], shape: [1, 2]))], to: [x])
    #expect(found[0]?.array == [6, -40])
  }

  @Test func `rows with a vector or a number a row have their rules`() {
    for (rows, width) in [(1, 1), (3, 17), (40, 5)] {
      let x = Philox.grid(1, rows, width)
      let vector = Philox.grid(2, width)
      let scale = Tensor((0..<rows).map { 0.5 + Float($0 % 7) / 4 }, shape: [rows])
      expectRule(at: [x, vector], "sum \(rows) × \(width)") {
        $0[0].addingToRows($0[1])
      } _: { inputs in
        byColumn(inputs[0]) { $0 + Double(inputs[1][$1]) }
      }
      expectRule(at: [x, vector], "product \(rows) × \(width)") {
        $0[0].multiplyingRows($0[1])
      } _: { inputs in
        byColumn(inputs[0]) { $0 * Double(inputs[1][$1]) }
      }
      expectRule(at: [x, scale], "quotient \(rows) × \(width)") {
        $0[0].dividingRows(by: $0[1])
      } _: { inputs in
        byRow(inputs[0]) { $0 / Double(inputs[1][$1]) }
      }
    }
  }

  @Test(arguments: [RotaryLayout.halves, .interleaved])
  func `a rotation turns cotangents back`(layout: RotaryLayout) {
    for (rows, heads, headWidth, width) in [
      (2, 3, 17, 12), (3, 1, 6, 6), (2, 2, 6, 0), (1, 1, 2, 2),
    ] {
      let angles = Philox.tensor(9, rows, width / 2, scale: 3).array
      let cosine = Tensor(angles.map { Float(cos(Double($0))) }, shape: [rows, width / 2])
      let sine = Tensor(angles.map { Float(sin(Double($0))) }, shape: [rows, width / 2])
      expectRule(at: [Philox.grid(1, rows, heads, headWidth)], "\(headWidth), \(width)") {
        $0[0].rotated(cosine: cosine, sine: sine, width: width, layout: layout)
      } _: {
        Reference.rotated($0[0], cosine: cosine, sine: sine, width: width, layout: layout)
      }
    }
  }
}
