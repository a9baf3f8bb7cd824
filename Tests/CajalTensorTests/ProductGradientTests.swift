// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Synchronization
import Testing

/// Pull-backs of products with packed weights, and of lookups in them.
struct ProductGradientTests {
  static let types: [ScalarType] = [.float32, .bfloat16, .float16]

  @Test(arguments: types)
  func `input and bias get what finite differences of the reference say`(type: ScalarType) {
    for (rows, inner, outputs) in [(1, 1, 1), (3, 17, 31), (13, 33, 32), (2, 5, 70)] {
      let matrix = PackedMatrix(Philox.tensor(1, outputs, inner), as: type)
      let (x, bias) = (Philox.grid(2, rows, inner), Philox.grid(3, outputs))
      let y = Philox.tensor(4, 1, rows, outputs)
      let weight = matrix.unpacked()
      let slopeX = slope(of: x, y) {
        Reference.product($0, weight: weight, bias: bias)
      }
      let slopeBias = slope(of: bias, y) {
        Reference.product(x, weight: weight, bias: $0)
      }
      Variants.each { variant in
        let (leaf, leafBias) = (x.tracked(), bias.tracked())
        let product = matrix.product(leaf, bias: leafBias)
        #expect(product.isBitEqual(to: matrix.product(x, bias: bias)))
        let found = pullBack([(product, y)], to: [leaf, leafBias])
        let what = "\(variant) \(rows)×\(inner)×\(outputs)"
        guard let gotX = found[0], let gotBias = found[1] else {
          Issue.record("\(what) is not tracked")
          return
        }
        #expect(gotX.shape == [1, rows, inner] && gotBias.shape == [1, outputs])
        expectClose(gotX, slopeX, tolerance: 2e-5, what)
        expectClose(gotBias, slopeBias, tolerance: 2e-5, what)
      }
    }
  }

  @Test(arguments: types)
  func `transposed products equal the reference over odd shapes`(type: ScalarType) {
    for (rows, inner, outputs) in [
      (0, 5, 4), (30, 48, 65), (2, 390, 33), (25, 70, 801), (26, 31, 800), (3, 161, 97), (2, 0, 5),
      (2, 5, 0),
    ] {
      let matrix = PackedMatrix(Philox.tensor(1, outputs, inner), as: type)
      let y = Philox.tensor(2, rows, outputs)
      let expected = Reference.productPullBack(
        y, x: Tensor(zeros: [rows, inner]), weight: matrix.unpacked())
      Variants.each { variant in
        let what = "\(variant) \(rows)×\(inner)×\(outputs)"
        expectClose(matrix.transposedProduct(y), expected.x, tolerance: 2e-6, what)
      }
    }
  }

  @Test(arguments: [31, 172, 416], types)
  func `a cotangent's row has the same bits among any number of rows`(
    outputs: Int, type: ScalarType
  ) {
    // The last panel of inputs is partial, and tasks of several panels are not.
    let matrix = PackedMatrix(Philox.tensor(1, outputs, 168), as: type)
    let rows = 300
    let y = Philox.tensor(3, rows, outputs)
    Variants.each { variant in
      let whole = matrix.transposedProduct(y)
      for count in Array(1...26) + [36, 37, 47, 70, 96, 97, 255, 256, 257, 269] {
        let first = (rows - count) / 2
        let part = matrix.transposedProduct(y.rows(first..<first + count))
        #expect(
          part.isBitEqual(to: whole.rows(first..<first + count)),
          "\(variant), \(count) rows, \(outputs) outputs, \(type)")
      }
    }
  }

  @Test(arguments: types)
  func `the sum over outputs is one chain of multiply-adds`(type: ScalarType) {
    let (outputs, inner) = (400, 37)
    let matrix = PackedMatrix(Philox.tensor(1, outputs, inner), as: type)
    let weights = matrix.unpacked().array
    let y = Philox.tensor(3, 14, outputs)
    let cotangents = y.array
    func chain(fused: Bool) -> [Float] {
      (0..<14 * inner).map { index in
        let (row, input) = (index / inner, index % inner)
        var sum: Float = 0
        for o in 0..<outputs {
          let (a, b) = (cotangents[row * outputs + o], weights[o * inner + input])
          sum = fused ? sum.addingProduct(a, b) : sum + a * b
        }
        return sum
      }
    }
    let (fused, separate) = (chain(fused: true), chain(fused: false))
    Variants.each { variant in
      #if arch(x86_64)
        let expected = variant == "baseline" ? separate : fused
      #else
        let expected = fused
      #endif
      let product = matrix.transposedProduct(y)
      #expect(product.isBitEqual(to: Tensor(expected, shape: [14, inner])), "\(variant)")
    }
  }

  @Test func `many cotangents equal one at a time and threads change no bit`() {
    let matrix = PackedMatrix(Philox.tensor(1, 300, 172))
    let y = Philox.tensor(3, 3, 90, 300)
    let leaf = Philox.tensor(2, 90, 172).tracked()
    let bias = Philox.tensor(5, 300).tracked()
    Variants.each { variant in
      let product = matrix.product(leaf, bias: bias)
      let one = Threads.with(count: 1) { pullBack([(product, y)], to: [leaf, bias]) }
      for count in [2, 5] {
        let many = Threads.with(count: count) { pullBack([(product, y)], to: [leaf, bias]) }
        for (a, b) in zip(one, many) { expectSameBits(a, b, variant) }
      }
      for c in 0..<3 {
        let single = pullBack([(product, y.cotangent(c))], to: [leaf, bias])
        for (a, b) in zip(one, single) { expectSameBits(a?.cotangent(c), b, variant) }
      }
    }
  }

  private func expectSameBits(_ a: Tensor?, _ b: Tensor?, _ what: String) {
    guard let a, let b else {
      Issue.record("\(what) misses a cotangent")
      return
    }
    #expect(a.isBitEqual(to: b), "\(what)")
  }

  @Test func `whoever wants the gradient of a weight gets input and cotangent`() {
    let matrix = PackedMatrix(Philox.tensor(1, 9, 6))
    let x = Philox.tensor(2, 4, 6)
    let y = Philox.tensor(3, 2, 4, 9)
    let seen = Mutex<[(x: Tensor, cotangent: Tensor)]>([])
    // Nothing is tracked but the weight.
    let product = matrix.product(x) { x, cotangent in seen.withLock { $0.append((x, cotangent)) } }
    #expect(product.isTracked && !matrix.product(x).isTracked)
    pullBack([(product, y)])
    let got = seen.withLock { $0 }
    #expect(got.count == 1 && !got[0].x.isTracked)
    #expect(got[0].x.isBitEqual(to: x) && got[0].cotangent.isBitEqual(to: y))
  }

  @Test func `a lookup hands its cotangent on to the gradient of the weight`() {
    let matrix = PackedMatrix(Philox.tensor(1, 9, 6))
    let y = Philox.tensor(3, 2, 3, 6)
    let seen = Mutex<[Tensor]>([])
    let rows = matrix.gathered([4, 0, 4]) { cotangent in seen.withLock { $0.append(cotangent) } }
    #expect(rows.isTracked && !matrix.gathered([4]).isTracked)
    pullBack([(rows, y)])
    let got = seen.withLock { $0 }
    #expect(got.count == 1 && got[0].isBitEqual(to: y))
  }

  @Test func `what is not finite stays in its own row of the cotangent`() {
    let matrix = PackedMatrix(Philox.tensor(7, 40, 45))
    let y = Philox.tensor(8, 14, 40)
    var broken = y
    broken.withMutableFloats { $0[5 * 40 + 3] = .nan }
    let (clean, product) = (matrix.transposedProduct(y), matrix.transposedProduct(broken))
    #expect(!product.rows(5..<6).isFinite)
    #expect(product.rows(0..<5).isBitEqual(to: clean.rows(0..<5)))
    #expect(product.rows(6..<14).isBitEqual(to: clean.rows(6..<14)))
  }
}

/// Slopes of a Float64 reference in one input on the grid.
func slope(of x: Tensor, _ cotangent: Tensor, _ f: (Tensor) -> [Double]) -> [Double] {
  FiniteDifferences.cotangents([x], cotangent.array.map(Double.init)) { f($0[0]) }[0]
}

extension Tensor {
  /// One of several cotangents, `[C] + shape` to `[1] + shape`.
  func cotangent(_ index: Int) -> Tensor { rows(index..<index + 1) }
}
