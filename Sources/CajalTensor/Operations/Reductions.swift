// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Sums, maxima and orders of rows.
extension Tensor {
  /// One number a row, in order.
  private func eachRow<R: Sendable>(
    initial: R, _ body: (_ row: Input, _ width: Int) -> R
  ) -> [R] {
    let width = width
    let rows = vectorCount
    var results = [R](repeating: initial, count: rows)
    results.withUnsafeMutableBufferPointer { results in
      withFloats { x in
        guard let x = x.baseAddress, let out = results.baseAddress else { return }
        Threads.forEachRows(rows, width: width) { part in
          for row in part { out[row] = body(x + row * width, width) }
        }
      }
    }
    return results
  }

  /// Sum of each vector along the last dimension, in Float64.
  public func rowSums() -> [Double] { eachRow(initial: 0) { cajal_row_sum($0, $1) } }

  /// Mean of each vector along the last dimension, in Float64; NaN where it is empty.
  public func rowMeans() -> [Double] {
    eachRow(initial: 0) { cajal_row_sum($0, $1) / Double($1) }
  }

  /// Index of the first maximum of each vector along the last dimension; -1 where it holds a NaN or
  /// is empty.
  public func argmax() -> [Int] { eachRow(initial: 0) { cajal_argmax($0, $1) } }

  /// The `k` largest elements of one vector along the last dimension, largest first, ties by lowest
  /// index, NaN last; fewer when it is shorter.
  public func topK(_ row: Int, _ k: Int) -> [(index: Int, value: Float)] {
    precondition(row >= 0 && row < vectorCount && k >= 0, "top \(k) of row \(row) of \(shape)")
    let width = width
    let size = min(k, width)
    var indices = [Int32](repeating: 0, count: size)
    var values = [Float](repeating: 0, count: size)
    let found = withFloats { x in
      x.baseAddress.map { cajal_top_k($0 + row * width, width, size, &indices, &values) } ?? 0
    }
    return (0..<found).map { (Int(indices[$0]), values[$0]) }
  }

  /// logΣexp of each vector along the last dimension, in Float64.
  public func logSumExp() -> [Double] { eachRow(initial: 0) { cajal_log_sum_exp($0, $1) } }

  /// Σ of everything, row by row, in Float64.
  public func sum() -> Double { rowSums().reduce(0, +) }
}
