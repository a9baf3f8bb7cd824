// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

struct RotaryTests {
  private func angles(_ rows: Int, _ half: Int) -> (cosine: Tensor, sine: Tensor) {
    let angles = Philox.tensor(9, rows, half, scale: 3).array
    return (
      Tensor(angles.map { Float(cos(Double($0))) }, shape: [rows, half]),
      Tensor(angles.map { Float(sin(Double($0))) }, shape: [rows, half])
    )
  }

  @Test(arguments: [RotaryLayout.halves, .interleaved])
  func `rotation equals the reference and copies the rest`(layout: RotaryLayout) {
    for (rows, heads, headWidth, width) in [
      (0, 2, 4, 4), (1, 1, 2, 2), (5, 3, 17, 12), (4, 2, 64, 64), (3, 1, 40, 8), (2, 2, 6, 0),
    ] {
      let x = Philox.tensor(1, rows, heads, headWidth)
      let (cosine, sine) = angles(rows, width / 2)
      let expected = Reference.rotated(
        x, cosine: cosine, sine: sine, width: width, layout: layout)
      Variants.each { variant in
        let y = x.rotated(cosine: cosine, sine: sine, width: width, layout: layout)
        expectClose(y, expected, tolerance: 2e-7, "\(variant), \(headWidth), \(width)")
        #expect(
          y.columns(width..<headWidth).isBitEqual(to: x.columns(width..<headWidth)), "\(variant)")
      }
    }
  }

  @Test(arguments: [RotaryLayout.halves, .interleaved])
  func `a row has the same bits alone, and lengths are kept`(layout: RotaryLayout) {
    let x = Philox.tensor(2, 300, 3, 24)
    let (cosine, sine) = angles(300, 12)
    Variants.each { variant in
      let y = x.rotated(cosine: cosine, sine: sine, width: 24, layout: layout)
      let alone = x.rows(77..<78).rotated(
        cosine: cosine.rows(77..<78), sine: sine.rows(77..<78), width: 24, layout: layout)
      #expect(alone.isBitEqual(to: y.rows(77..<78)), "\(variant)")
      let five = Threads.with(count: 5) {
        x.rotated(cosine: cosine, sine: sine, width: 24, layout: layout)
      }
      #expect(five.isBitEqual(to: y), "\(variant)")
      expectClose((y * y).rowSums(), (x * x).rowSums(), tolerance: 1e-6, variant)
    }
  }
}
