// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Moves of rows and columns.
extension Tensor {
  /// The transposed matrix.
  public func transposed() -> Tensor {
    precondition(rank == 2, "only a matrix is transposed, not \(shape)")
    let (rows, columns) = (shape[0], shape[1])
    return Tensor(shape: [columns, rows]) { out in
      withFloats { x in
        guard let x = x.baseAddress, let out = out.baseAddress else { return }
        Threads.forEachRange(rows, grain: max(16, 32768 / max(columns, 1) / 16 * 16)) { part in
          cajal_transpose(
            x + part.lowerBound * columns, columns, part.count, columns, out + part.lowerBound,
            rows)
        }
      }
    }
  }

  /// Tensors end to end along the leading dimension; all other extents agree.
  public static func concatenatedRows(_ parts: [Tensor]) -> Tensor {
    precondition(!parts.isEmpty, "nothing to concatenate")
    let tail = Array(parts[0].shape.dropFirst())
    for part in parts {
      precondition(
        part.rank > 0 && Array(part.shape.dropFirst()) == tail,
        "rows of \(parts[0].shape) and \(part.shape) do not concatenate")
    }
    if parts.count == 1 { return parts[0] }
    return Tensor(shape: [parts.reduce(0) { $0 + $1.shape[0] }] + tail) { out in
      var at = 0
      for part in parts {
        part.withFloats { _ = out[at..<at + part.count].update(fromContentsOf: $0) }
        at += part.count
      }
    }
  }

  /// A range of the last dimension of every row, copied.
  public func columns(_ range: Range<Int>) -> Tensor {
    precondition(
      rank > 0 && range.lowerBound >= 0 && range.upperBound <= width,
      "columns \(range) of \(shape)")
    let width = width
    let rows = vectorCount
    return Tensor(shape: shape.dropLast() + [range.count]) { out in
      withFloats { x in
        guard let x = x.baseAddress, let out = out.baseAddress, !range.isEmpty else { return }
        for row in 0..<rows {
          (out + row * range.count).update(
            from: x + row * width + range.lowerBound, count: range.count)
        }
      }
    }
  }

  /// The leading-dimension slices at these indices, in this order; repetition is allowed.
  public func gathered(rows indices: [Int]) -> Tensor {
    precondition(rank > 0, "a scalar has no rows")
    let stride = count / max(shape[0], 1)
    for index in indices {
      precondition(index >= 0 && index < shape[0], "row \(index) of \(shape)")
    }
    return Tensor(shape: [indices.count] + shape.dropFirst()) { out in
      withFloats { x in
        guard let x = x.baseAddress, let out = out.baseAddress else { return }
        for (to, from) in indices.enumerated() {
          (out + to * stride).update(from: x + from * stride, count: stride)
        }
      }
    }
  }

  /// Adds each row times its factor onto the row of `target` it belongs to, in the order given.
  ///
  /// One multiply-add an element, so the sum of several rows at one place is a chain in their order:
  /// a mixture of experts adds its experts in one fixed order.
  ///
  /// - Parameters:
  ///   - target: `[.., D]`, changed in place.
  ///   - indices: for each row of this matrix, the row of `target`.
  ///   - scale: for each row, its factor.
  public func addScaledRows(into target: inout Tensor, at indices: [Int], scale: [Float]) {
    precondition(
      rank == 2 && target.rank == 2 && width == target.width && indices.count == shape[0]
        && scale.count == shape[0],
      "\(shape) rows, \(indices.count) places, \(scale.count) factors into \(target.shape)")
    for index in indices {
      precondition(index >= 0 && index < target.shape[0], "row \(index) of \(target.shape)")
    }
    let width = width
    target.withMutableFloats { out in
      withFloats { x in
        guard let x = x.baseAddress, let out = out.baseAddress else { return }
        for (from, to) in indices.enumerated() {
          cajal_add_scaled(x + from * width, scale[from], out + to * width, width)
        }
      }
    }
  }
}
