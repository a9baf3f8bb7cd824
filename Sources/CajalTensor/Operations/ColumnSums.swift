// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Sums over the rows of a batch: cotangents of what every row shares.
extension Tensor {
  /// `[C, ..., W]` gives `[C, W]`: for each leading index the sum over all other dimensions.
  ///
  /// Each column is one chain in Float64 in the order of the rows, rounded once.
  package func columnSums() -> Tensor {
    precondition(rank >= 2, "column sums of \(shape) need a leading dimension and columns")
    let (leading, width) = (shape[0], self.width)
    let rows = shape.dropFirst().dropLast().reduce(1, *)
    // Whole cache lines of columns, so that a row's piece is worth its fetch.
    let columnBlock = 64
    let columnBlocks = (width + columnBlock - 1) / columnBlock
    return Tensor(shape: [leading, width]) { out in
      withFloats { x in
        guard let out = out.baseAddress else { return }
        let x = x.baseAddress ?? UnsafePointer(out)
        Threads.forEachUnchecked(leading * columnBlocks) { task in
          let index = task / columnBlocks
          let column = task % columnBlocks * columnBlock
          cajal_column_sums(
            x + index * rows * width + column, rows, min(columnBlock, width - column), width,
            out + index * width + column)
        }
      }
    }
  }
}
