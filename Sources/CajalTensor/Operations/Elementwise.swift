// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// How kernels are called on tensors: new storage, whole rows, split by shape.
extension Tensor {
  typealias Input = UnsafePointer<Float>
  typealias Output = UnsafeMutablePointer<Float>

  /// A tensor of this shape, written in parts of whole rows: `body` gets this tensor's and the
  /// result's memory at the part's first row, the first row and the number of rows.
  func mapRows(
    _ body: (_ x: Input, _ out: Output, _ row: Int, _ rows: Int) -> Void
  ) -> Tensor {
    let width = width
    let rows = vectorCount
    return Tensor(shape: shape) { out in
      guard count > 0, let out = out.baseAddress else { return }
      withFloats { x in
        guard let x = x.baseAddress else { return }
        Threads.forEachRows(rows, width: width) { part in
          let at = part.lowerBound * width
          body(x + at, out + at, part.lowerBound, part.count)
        }
      }
    }
  }

  /// The same with a second operand of the same shape.
  func mapRows(
    _ other: Tensor, _ body: (_ x: Input, _ y: Input, _ out: Output, _ count: Int) -> Void
  ) -> Tensor {
    precondition(shape == other.shape, "\(shape) against \(other.shape)")
    let width = width
    return other.withFloats { y in
      let y = y.baseAddress
      return mapRows { x, out, row, rows in
        if let y { body(x, y + row * width, out, rows * width) }
      }
    }
  }

  /// Memory of a vector that belongs to the last dimension.
  func withVector<R>(_ vector: Tensor?, _ body: (Input?) throws -> R) rethrows -> R {
    if let vector {
      precondition(vector.count == width, "a vector \(vector.shape) for rows of \(shape)")
    }
    return try withOptionalFloats(vector, body)
  }

  /// Memory of one number a row.
  func withRowNumbers<R>(_ numbers: Tensor?, _ body: (Input?) throws -> R) rethrows -> R {
    if let numbers {
      precondition(
        numbers.count == vectorCount, "\(numbers.shape) for \(vectorCount) rows of \(shape)")
    }
    return try withOptionalFloats(numbers, body)
  }
}
