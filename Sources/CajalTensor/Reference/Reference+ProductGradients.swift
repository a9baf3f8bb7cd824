// SPDX-License-Identifier: Apache-2.0

extension Reference {
  /// What a cotangent ȳ `[N, outputs]` of `x · weightᵀ + bias` says about x, weight and bias:
  /// `ȳ · weight`, `ȳᵀ · x` and the column sums of ȳ.
  public static func productPullBack(
    _ cotangent: Tensor, x: Tensor, weight: Tensor
  ) -> (x: [Double], weight: [Double], bias: [Double]) {
    let (inputs, weights, cotangents) = (rows(x), rows(weight), rows(cotangent))
    let inner = x.width
    var result = (
      x: [Double](repeating: 0, count: x.count),
      weight: [Double](repeating: 0, count: weight.count),
      bias: [Double](repeating: 0, count: weights.count)
    )
    for (n, cotangent) in cotangents.enumerated() {
      for (o, y) in cotangent.enumerated() {
        result.bias[o] += y
        for k in 0..<inner {
          result.x[n * inner + k] += y * weights[o][k]
          result.weight[o * inner + k] += y * inputs[n][k]
        }
      }
    }
    return result
  }
}
