// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

/// The promise of products with weights: a row's bits depend on that row alone.
struct AccumulationOrderTests {
  /// Every count that can change the path: all heights and pairs of tiles, then around the block of
  /// rows.
  static let counts =
    Array(1...70) + [71, 95, 96, 97, 128, 192, 193, 255, 256, 257, 268, 269, 384, 385, 511, 512]
  /// Fewer for the long inner sizes: every tile height, every path.
  static let some = Array(1...26) + [36, 37, 47, 70, 96, 97, 255, 256, 257, 269, 512]

  @Test(arguments: [64, 172, 400, 768, 3072], [ScalarType.float32, .bfloat16, .float16])
  func `a row has the same bits among any number of rows`(inner: Int, type: ScalarType) {
    // The last panel is partial: tasks with wide tiles, with narrow ones, and aside.
    let outputs = inner <= 400 ? 232 : 136
    let matrix = PackedMatrix(Philox.tensor(1, outputs, inner), as: type)
    let bias = Philox.tensor(2, outputs)
    let rows = 512
    let x = Philox.tensor(3, rows, inner)
    let counts = inner <= 400 ? Self.counts : Self.some
    Variants.each { variant in
      let whole = matrix.product(x, bias: bias)
      for count in counts {
        let first = (rows - count) / 2
        let part = matrix.product(x.rows(first..<first + count), bias: bias)
        #expect(
          part.isBitEqual(to: whole.rows(first..<first + count)),
          "\(variant), \(count) rows, inner \(inner), \(type)")
      }
    }
  }

  @Test(arguments: [ScalarType.float32, .bfloat16, .float16])
  func `the sum is one chain of multiply-adds and then the bias`(type: ScalarType) {
    let matrix = PackedMatrix(Philox.tensor(1, 37, 400), as: type)
    let weights = matrix.unpacked().array
    let bias = Philox.tensor(2, 37)
    let x = Philox.tensor(3, 14, 400)
    let (inputs, biases) = (x.array, bias.array)
    func chain(fused: Bool) -> [Float] {
      (0..<14 * 37).map { index in
        let (row, output) = (index / 37, index % 37)
        var sum: Float = 0
        for k in 0..<400 {
          let (a, b) = (inputs[row * 400 + k], weights[output * 400 + k])
          sum = fused ? sum.addingProduct(a, b) : sum + a * b
        }
        return sum + biases[output]
      }
    }
    let (fused, separate) = (chain(fused: true), chain(fused: false))
    #expect(fused != separate)
    Variants.each { variant in
      #if arch(x86_64)
        let expected = variant == "baseline" ? separate : fused
      #else
        let expected = fused
      #endif
      let product = matrix.product(x, bias: bias)
      #expect(product.isBitEqual(to: Tensor(expected, shape: [14, 37])), "\(variant)")
    }
  }

  @Test func `threads change no bit`() {
    let matrix = PackedMatrix(Philox.tensor(1, 300, 172))
    let x = Philox.tensor(2, 400, 172)
    for rows in [1, 7, 24, 25, 400] {
      let one = Threads.with(count: 1) { matrix.product(x.rows(0..<rows)) }
      for count in [2, 5] {
        let many = Threads.with(count: count) { matrix.product(x.rows(0..<rows)) }
        #expect(many.isBitEqual(to: one), "\(rows) rows on \(count) threads")
      }
    }
  }

  @Test func `an edit in one output leaves the others' bits`() {
    let weight = Philox.tensor(1, 96, 64)
    var edited = weight
    edited.withMutableFloats { $0[40 * 64] += 1 }
    let x = Philox.tensor(2, 5, 64)
    let before = PackedMatrix(weight).product(x)
    let after = PackedMatrix(edited).product(x)
    #expect(after.columns(0..<40).isBitEqual(to: before.columns(0..<40)))
    #expect(after.columns(41..<96).isBitEqual(to: before.columns(41..<96)))
    #expect(!after.columns(40..<41).isBitEqual(to: before.columns(40..<41)))
  }

  @Test func `variants with fused multiply-add agree to the bit`() {
    let matrix = PackedMatrix(Philox.tensor(1, 70, 172), as: .bfloat16)
    let x = Philox.tensor(2, 30, 172)
    var products: [String: Tensor] = [:]
    Variants.each { products[$0] = matrix.product(x) }
    if let narrow = products["AVX2"], let wide = products["AVX-512"] {
      #expect(narrow.isBitEqual(to: wide))
    }
  }
}
