// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Products of two activations, and in training; a model's weights go through `PackedMatrix`.
///
/// Through oneDNN on Linux and Accelerate on macOS. The same operands give the same bits with any
/// number of threads, because rows and columns are split by shape. A row's bits may depend on how many
/// rows there are.
public enum Product {
  /// `op(a) · op(b)` of two matrices.
  ///
  /// A pull-back gives both operands their cotangent.
  public static func multiply(
    _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false
  ) -> Tensor {
    let shape = Shape(a, b, transposeA, transposeB)
    let result = Tensor(shape: [shape.rows, shape.columns]) { out in
      guard let out = out.baseAddress else { return }
      shape.run(a, b, adding: false, out, stride: shape.columns)
    }
    guard a.isTracked || b.isTracked else { return result }
    let (left, right) = (a.detached, b.detached)
    return result.derived(from: [a, b]) { cotangent, wanted in
      [
        wanted[0]
          ? each(cotangent) { y in
            transposeA
              ? multiply(right, y, transposeA: transposeB, transposeB: true)
              : multiply(y, right, transposeB: !transposeB)
          } : nil,
        wanted[1]
          ? each(cotangent) { y in
            transposeB
              ? multiply(y, left, transposeA: true, transposeB: transposeA)
              : multiply(left, y, transposeA: !transposeA)
          } : nil,
      ]
    }
  }

  /// `op(a) · op(b)`, written into a block of a larger buffer or added to it.
  ///
  /// The gradient of a weight is formed where it shall stand: `ȳᵀ · x` in a range of rows of
  /// `[outputs, inputs]`, or `xᵀ · ȳ` in a range of columns of `[inputs, outputs]`. Never tracked.
  ///
  /// - Parameters:
  ///   - target: of any shape; all but the block stays as it is.
  ///   - block: where the product stands in `target`; nil means that it fills it.
  ///   - adding: adds to what the block holds instead of overwriting it.
  public static func accumulate(
    _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false,
    into target: inout Tensor, at block: MatrixBlock? = nil, adding: Bool
  ) {
    let shape = Shape(a, b, transposeA, transposeB)
    precondition(
      block != nil || target.count == shape.rows * shape.columns,
      "a product of \(shape.rows) × \(shape.columns) does not fill \(target.shape)")
    let block = block ?? MatrixBlock(start: 0, stride: shape.columns)
    guard shape.rows > 0, shape.columns > 0 else { return }
    precondition(
      block.start >= 0 && block.stride >= shape.columns
        && block.start + (shape.rows - 1) * block.stride + shape.columns <= target.count,
      "a product of \(shape.rows) × \(shape.columns) at \(block) of \(target.shape)")
    target.withMutableFloats { target in
      guard let target = target.baseAddress else { return }
      shape.run(a, b, adding: adding, target + block.start, stride: block.stride)
    }
  }

  /// One result a cotangent, each as it would be alone.
  private static func each(_ cotangents: Tensor, _ body: (Tensor) -> Tensor) -> Tensor {
    let parts = (0..<cotangents.shape[0]).map { index in
      let one = cotangents.rows(index..<index + 1)
      let part = body(one.reshaped(Array(one.shape.dropFirst())))
      return part.reshaped([1] + part.shape)
    }
    return Tensor.concatenatedRows(parts)
  }

  /// The extents of a product, and its division into tasks.
  private struct Shape {
    let rows, inner, columns: Int
    let transposeA, transposeB: Bool

    init(_ a: Tensor, _ b: Tensor, _ transposeA: Bool, _ transposeB: Bool) {
      precondition(a.rank == 2 && b.rank == 2, "a product of \(a.shape) and \(b.shape)")
      rows = a.shape[transposeA ? 1 : 0]
      inner = a.shape[transposeA ? 0 : 1]
      columns = b.shape[transposeB ? 0 : 1]
      (self.transposeA, self.transposeB) = (transposeA, transposeB)
      precondition(
        b.shape[transposeB ? 1 : 0] == inner,
        "\(a.shape)\(transposeA ? "ᵀ" : "") times \(b.shape)\(transposeB ? "ᵀ" : "")")
    }

    /// Blocks of at least 64 rows keep the library's speed, and of at most 384 its packed operand in
    /// the cache; few rows are split by columns instead.
    func run(
      _ a: Tensor, _ b: Tensor, adding: Bool, _ out: UnsafeMutablePointer<Float>, stride: Int
    ) {
      guard rows > 0, columns > 0 else { return }
      guard inner > 0 else {
        if !adding {
          for row in 0..<rows { (out + row * stride).update(repeating: 0, count: columns) }
        }
        return
      }
      let rowBlock = rows >= 128 ? min(max(64, (rows + 15) / 16), 384) : rows
      let columnBlock =
        rows >= 128 || rows * columns * inner < 1 << 18 ? columns : max(64, (columns + 7) / 8)
      let rowBlocks = (rows + rowBlock - 1) / rowBlock
      let columnBlocks = (columns + columnBlock - 1) / columnBlock
      a.withFloats { a in
        b.withFloats { b in
          guard let a = a.baseAddress, let b = b.baseAddress else { return }
          Threads.forEachUnchecked(rowBlocks * columnBlocks) { task in
            let row = task / columnBlocks * rowBlock
            let column = task % columnBlocks * columnBlock
            cajal_sgemm(
              transposeA, transposeB, min(rowBlock, rows - row),
              min(columnBlock, columns - column), inner, a + row * (transposeA ? 1 : inner),
              transposeA ? rows : inner, b + column * (transposeB ? inner : 1),
              transposeB ? inner : columns, adding, out + row * stride + column, stride)
          }
        }
      }
    }
  }
}

/// Where a matrix stands in a larger buffer, in elements.
public struct MatrixBlock: Sendable, Hashable {
  /// Its first element.
  public var start: Int
  /// From the beginning of one of its rows to the next.
  public var stride: Int

  /// A matrix from element `start` on whose rows lie `stride` elements apart.
  public init(start: Int, stride: Int) {
    self.start = start
    self.stride = stride
  }
}
