// SPDX-License-Identifier: Apache-2.0

extension Reference {
  /// `x · weightᵀ + bias`: x `[N, inner]`, weight `[outputs, inner]`, bias `[outputs]`.
  public static func product(_ x: Tensor, weight: Tensor, bias: Tensor? = nil) -> [Double] {
    let weights = rows(weight)
    let bias = bias.map(numbers)
    return rows(x).flatMap { row in
      weights.indices.map { output in
        var sum = 0.0
        for (a, b) in zip(row, weights[output]) { sum += a * b }
        return sum + (bias?[output] ?? 0)
      }
    }
  }

  /// `op(a) · op(b)` of two matrices.
  public static func multiply(
    _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false
  ) -> [Double] {
    let left = transposeA ? transposed(rows(a), a.shape[1]) : rows(a)
    let right = transposeB ? rows(b) : transposed(rows(b), b.shape[1])
    return left.flatMap { row in
      right.map { column in
        var sum = 0.0
        for (x, y) in zip(row, column) { sum += x * y }
        return sum
      }
    }
  }

  private static func transposed(_ rows: [[Double]], _ columns: Int) -> [[Double]] {
    (0..<columns).map { column in rows.map { $0[column] } }
  }
}
