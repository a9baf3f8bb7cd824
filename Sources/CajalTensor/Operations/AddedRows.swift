// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// The other way of an embedding lookup.
extension Tensor {
  /// Adds row i of `rows` to row `first + ids[i]` of this tensor, for every i in order: the gradient of an
  /// embedding from the cotangent of what was looked up.
  ///
  /// Rows that are named several times get every part, one after the other, so that bits do not depend
  /// on threads, which share the columns.
  ///
  /// - Parameters:
  ///   - rows: `[ids.count, D]` for this tensor of `[..., D]`, whose rows are counted through.
  ///   - ids: the rows that receive, each at least 0, counted from `first`.
  ///   - first: where counting begins, such as where one of several matrices does.
  public mutating func addRows(_ rows: Tensor, at ids: [Int32], from first: Int = 0) {
    precondition(
      rank > 0 && rows.shape == [ids.count, width],
      "rows \(rows.shape) at \(ids.count) places of \(shape)")
    let (height, width) = (vectorCount, self.width)
    precondition(first >= 0 && first <= height, "row \(first) of \(height)")
    for id in ids {
      precondition(id >= 0 && first + Int(id) < height, "row \(first) + \(id) of \(height)")
    }
    let columnBlock = 64
    withMutableFloats { target in
      rows.withFloats { rows in
        guard let target = target.baseAddress, let rows = rows.baseAddress else { return }
        Threads.forEachUnchecked((width + columnBlock - 1) / columnBlock) { task in
          let column = task * columnBlock
          cajal_add_rows(
            rows + column, width, ids, ids.count, min(columnBlock, width - column),
            target + first * width + column, width)
        }
      }
    }
  }
}
