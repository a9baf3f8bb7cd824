// SPDX-License-Identifier: Apache-2.0
import CajalTensor

/// Derivatives of Float64 references by central differences.
enum Differences {
  /// `Σ cotangent · f` differentiated with respect to every element of `x`.
  ///
  /// - Parameters:
  ///   - step: how far an element moves; a bilinear function is exact with any.
  static func gradient(
    of x: Tensor, cotangent: Tensor, step: Float = 0x1p-3, _ f: (Tensor) -> [Double]
  ) -> [Double] {
    let weights = cotangent.array.map(Double.init)
    func value(_ x: Tensor) -> Double { zip(weights, f(x)).reduce(0) { $0 + $1.0 * $1.1 } }
    return (0..<x.count).map { index in
      var (above, below) = (x, x)
      above.withMutableFloats { $0[index] += step }
      below.withMutableFloats { $0[index] -= step }
      let width =
        above.withFloats { Double($0[index]) } - below.withFloats { Double($0[index]) }
      return (value(above) - value(below)) / width
    }
  }
}

extension Tensor {
  /// One of several cotangents, `[C] + shape` to `[1] + shape`.
  func cotangent(_ index: Int) -> Tensor { rows(index..<index + 1) }
}
