// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Moves of rows and columns.
extension Tensor {
  /// The transposed matrix.
  public func transposed() -> Tensor {
    precondition(rank == 2, "only a matrix is transposed, not \(shape)")
    return transposedMatrices([shape[1], shape[0]]).derived(from: [self]) { cotangent, _ in
      [cotangent.transposedMatrices([cotangent.shape[0], cotangent.shape[2], cotangent.shape[1]])]
    }
  }

  /// The matrix in the last two dimensions transposed, for each of the others.
  private func transposedMatrices(_ result: [Int]) -> Tensor {
    let (rows, columns) = (shape[rank - 2], shape[rank - 1])
    let grain = max(16, 32768 / max(columns, 1) / 16 * 16)
    return Tensor(shape: result) { out in
      withFloats { x in
        guard count > 0, let x = x.baseAddress, let out = out.baseAddress else { return }
        Tensor.forEachPart(count / (rows * columns), rows, width: columns, grain: grain) {
          c, part in
          let at = c * rows * columns
          cajal_transpose(
            x + at + part.lowerBound * columns, columns, part.count, columns,
            out + at + part.lowerBound, rows)
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
    }.derived(from: parts) { [counts = parts.map { $0.shape[0] }] cotangent, wanted in
      var at = 0
      return zip(counts, wanted).map { count, isWanted in
        defer { at += count }
        return isWanted ? cotangent.slices(at..<at + count) : nil
      }
    }
  }

  /// Of cotangents of rows, those of a range.
  private func slices(_ range: Range<Int>) -> Tensor {
    if shape[0] > 1 { return slices(Array(range)) }
    return reshaped(Array(shape.dropFirst())).rows(range)
      .reshaped([1, range.count] + shape.dropFirst(2))
  }

  /// Of cotangents of rows, those of the rows at these indices.
  func slices(_ indices: [Int]) -> Tensor {
    let tail = Array(shape.dropFirst(2))
    let rows = (0..<shape[0]).flatMap { c in indices.map { c * shape[1] + $0 } }
    return reshaped([shape[0] * shape[1]] + tail).gathered(rows: rows)
      .reshaped([shape[0], indices.count] + tail)
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
    }.derived(from: [self]) { cotangent, _ in [cotangent.spread(columns: range, of: width)] }
  }

  /// Cotangents of a range of columns, as cotangents of all `width`: zero elsewhere.
  private func spread(columns range: Range<Int>, of width: Int) -> Tensor {
    let vectors = vectorCount
    return Tensor(shape: shape.dropLast() + [width]) { out in
      withFloats { cotangent in
        out.update(repeating: 0)
        guard let cotangent = cotangent.baseAddress, let out = out.baseAddress else { return }
        for vector in 0..<vectors {
          (out + vector * width + range.lowerBound).update(
            from: cotangent + vector * range.count, count: range.count)
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
    }.derived(from: [self]) { [shape] cotangent, _ in
      [cotangent.scattered(to: indices, of: shape)]
    }
  }

  /// Cotangents of gathered rows, as cotangents of all rows: added in the order of gathering.
  private func scattered(to indices: [Int], of shape: [Int]) -> Tensor {
    let rows = shape[0]
    let stride = Tensor.count(of: shape) / max(rows, 1)
    return Tensor(shape: [self.shape[0]] + shape) { out in
      out.update(repeating: 0)
      withFloats { cotangent in
        guard let cotangent = cotangent.baseAddress, let out = out.baseAddress else { return }
        Threads.forEachUnchecked(self.shape[0]) { c in
          for (from, to) in indices.enumerated() {
            let target = out + (c * rows + to) * stride
            cajal_add(target, cotangent + (c * indices.count + from) * stride, target, stride)
          }
        }
      }
    }
  }
}
