// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// The other way of an embedding lookup.
extension Tensor {
  /// Adds row i of `rows` to this matrix's row `ids[i]`, for every i in order: the gradient of an
  /// embedding from the cotangent of what was looked up.
  ///
  /// Rows that are named several times get every part, one after the other, so that bits do not depend
  /// on threads, which share the columns.
  ///
  /// - Parameters:
  ///   - rows: `[ids.count, D]` for this matrix of `[V, D]`.
  ///   - ids: rows of this matrix.
  public mutating func addRows(_ rows: Tensor, at ids: [Int32]) {
    precondition(
      rank == 2 && rows.shape == [ids.count, shape[1]],
      "rows \(rows.shape) at \(ids.count) places of \(shape)")
    let (height, width) = (shape[0], shape[1])
    for id in ids { precondition(id >= 0 && id < height, "row \(id) of \(height)") }
    let columnBlock = 64
    withMutableFloats { target in
      rows.withFloats { rows in
        guard let target = target.baseAddress, let rows = rows.baseAddress else { return }
        Threads.forEachUnchecked((width + columnBlock - 1) / columnBlock) { task in
          let column = task * columnBlock
          cajal_add_rows(
            rows + column, width, ids, ids.count, min(columnBlock, width - column),
            target + column, width)
        }
      }
    }
  }
}
