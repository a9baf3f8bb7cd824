// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

struct PackedMatrixTests {
  static let types: [ScalarType] = [.float32, .bfloat16, .float16]

  @Test(arguments: types)
  func `products equal the reference over odd shapes`(type: ScalarType) {
    for (rows, inner, outputs) in [
      (0, 5, 4), (1, 1, 1), (3, 17, 31), (13, 33, 32), (30, 48, 65), (2, 390, 33), (1, 0, 5),
    ] {
      let x = Philox.tensor(1, rows, inner)
      let matrix = PackedMatrix(Philox.tensor(2, outputs, inner), as: type)
      let bias = Philox.tensor(3, outputs)
      let expected = Reference.product(x, weight: matrix.unpacked(), bias: bias)
      let plain = Reference.product(x, weight: matrix.unpacked())
      Variants.each { variant in
        let what = "\(variant) \(rows)×\(inner)×\(outputs)"
        expectClose(matrix.product(x, bias: bias), expected, tolerance: 2e-6, what)
        expectClose(matrix.product(x), plain, tolerance: 2e-6, what)
      }
    }
  }

  @Test func `leading dimensions are kept`() {
    let matrix = PackedMatrix(Philox.tensor(1, 9, 6))
    let x = Philox.tensor(2, 2, 3, 6)
    let product = matrix.product(x)
    #expect(product.shape == [2, 3, 9])
    #expect(product.reshaped(6, 9).isBitEqual(to: matrix.product(x.reshaped(6, 6))))
  }

  @Test(arguments: types)
  func `both layouts and any selection give the same rows`(type: ScalarType) {
    let weight = Philox.tensor(4, 70, 9)
    let whole = PackedMatrix(weight, as: type)
    let selection = [3..<5, 40..<69, 0..<33]
    let wanted = selection.flatMap { Array($0) }
    let expected = whole.unpacked().gathered(rows: wanted)
    for layout in [PackedMatrix.Layout.outputsByInner, .innerByOutputs] {
      let source = layout == .outputsByInner ? weight : weight.transposed()
      let matrix = Halves.bytes(source, type).withUnsafeBytes {
        PackedMatrix(
          bytes: $0, shape: (source.shape[0], source.shape[1]), type: type, layout: layout,
          selecting: selection)
      }
      #expect(matrix.outputs == wanted.count && matrix.inner == 9 && matrix.type == type)
      #expect(matrix.unpacked().isBitEqual(to: expected))
      let tensor = PackedMatrix(source, layout: layout, selecting: selection)
      #expect(tensor.unpacked().isBitEqual(to: weight.gathered(rows: wanted)))
    }
  }

  @Test func `float64 and integers are packed as float32`() {
    let bytes = [1.5, -2.25, 1e-3, 4.0].flatMap { withUnsafeBytes(of: $0) { Array($0) } }
    let matrix = bytes.withUnsafeBytes { PackedMatrix(bytes: $0, shape: (2, 2), type: .float64) }
    #expect(matrix.type == .float32)
    #expect(matrix.unpacked().array == [1.5, -2.25, 1e-3, 4])
  }

  @Test(arguments: types)
  func `rows and lookups are the stored values widened`(type: ScalarType) {
    let weight = Philox.tensor(5, 45, 300)
    let bytes = Halves.bytes(weight, type)
    let widened = bytes.withUnsafeBytes {
      FloatConversion.tensor($0, type: type, shape: [45, 300])
    }
    let matrix = PackedMatrix(weight, as: type)
    #expect(matrix.unpacked().isBitEqual(to: widened))
    #expect(matrix.row(33) == widened.rows(33..<34).array)
    let ids: [Int32] = [44, 0, 7, 7, 31, 32]
    #expect(
      matrix.gathered(ids).isBitEqual(to: widened.gathered(rows: ids.map { Int($0) })))
    #expect(matrix.gathered([]).shape == [0, 300])
  }

  @Test func `bytes are those of the padded panels in their stored type`() {
    let weight = Philox.tensor(6, 33, 10)
    #expect(PackedMatrix(weight).byteCount == 64 * 10 * 4)
    #expect(PackedMatrix(weight, as: .bfloat16).byteCount == 64 * 10 * 2)
  }

  @Test func `what is not finite stays in its own row`() {
    let matrix = PackedMatrix(Philox.tensor(7, 40, 20))
    let x = Philox.tensor(8, 14, 20)
    var broken = x
    broken.withMutableFloats { $0[5 * 20 + 3] = .nan }
    let clean = matrix.product(x)
    let product = matrix.product(broken)
    #expect(!product.rows(5..<6).isFinite)
    #expect(product.rows(0..<5).isBitEqual(to: clean.rows(0..<5)))
    #expect(product.rows(6..<14).isBitEqual(to: clean.rows(6..<14)))
  }
}
