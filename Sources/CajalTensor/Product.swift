// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Products of two activations, and in training; a model's weights go through `PackedMatrix`.
public enum Product {
  /// `op(a) · op(b)` of two matrices, through oneDNN on Linux and Accelerate on macOS.
  ///
  /// The same operands give the same bits with any number of threads, because rows and columns are
  /// split by shape. A row's bits may depend on how many rows there are.
  public static func multiply(
    _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false
  ) -> Tensor {
    precondition(a.rank == 2 && b.rank == 2, "a product of \(a.shape) and \(b.shape)")
    let rows = a.shape[transposeA ? 1 : 0]
    let inner = a.shape[transposeA ? 0 : 1]
    let columns = b.shape[transposeB ? 0 : 1]
    precondition(
      b.shape[transposeB ? 1 : 0] == inner,
      "\(a.shape)\(transposeA ? "ᵀ" : "") times \(b.shape)\(transposeB ? "ᵀ" : "")")
    guard rows > 0, columns > 0, inner > 0 else { return Tensor(zeros: [rows, columns]) }
    // Blocks of at least 64 rows keep the library's speed; few rows are split by columns instead.
    let rowBlock = rows >= 128 ? max(64, (rows + 15) / 16) : rows
    let columnBlock =
      rows >= 128 || rows * columns * inner < 1 << 18 ? columns : max(64, (columns + 7) / 8)
    let rowBlocks = (rows + rowBlock - 1) / rowBlock
    let columnBlocks = (columns + columnBlock - 1) / columnBlock
    return Tensor(shape: [rows, columns]) { out in
      a.withFloats { a in
        b.withFloats { b in
          guard let a = a.baseAddress, let b = b.baseAddress, let out = out.baseAddress else {
            return
          }
          Threads.forEachUnchecked(rowBlocks * columnBlocks) { task in
            let row = task / columnBlocks * rowBlock
            let column = task % columnBlocks * columnBlock
            cajal_sgemm(
              transposeA, transposeB, min(rowBlock, rows - row),
              min(columnBlock, columns - column), inner, a + row * (transposeA ? 1 : inner),
              transposeA ? rows : inner, b + column * (transposeB ? inner : 1),
              transposeB ? inner : columns, out + row * columns + column, columns)
          }
        }
      }
    }
  }
}
