// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Sums over the rows of cotangents: those of what every row shares.
extension Tensor {
  /// Σ over the rows of `cotangent · saved`, in an order that depends on the shape alone: cotangents
  /// `[C] + shape` of a vector that belongs to the last dimension, `[D]` unless another shape is given.
  package func columnSums(times saved: Tensor? = nil, shape: [Int]? = nil) -> Tensor {
    let (rows, width) = (valueRows, valueWidth)
    let count = self.shape[0]
    return withFloats { cotangent in
      withOptionalFloats(saved) { saved in
        let cotangent = cotangent.baseAddress
        return ColumnSums.over(
          count, rows, width: width, vectors: [shape ?? [width]]
        ) { c, part, sums in
          guard let cotangent, let sums = sums.first else { return }
          cajal_add_column_sums(
            cotangent + (c * rows + part.lowerBound) * width,
            saved.map { $0 + part.lowerBound * width }, sums, part.count, width)
        }[0]
      }
    }
  }
}

/// Sums over rows in a fixed order: blocks of rows by shape, in which four rows at a time are added and
/// then summed in Float64, then the blocks in their order.
enum ColumnSums {
  /// - Parameters:
  ///   - count: C.
  ///   - vectors: the shapes of the sums, each of `width` elements.
  ///   - body: adds rows of one cotangent to its sums, one a vector.
  /// - Returns: `[C] + shape` for each vector.
  static func over(
    _ count: Int, _ rows: Int, width: Int, vectors: [[Int]],
    _ body: (_ c: Int, _ part: Range<Int>, _ sums: [UnsafeMutablePointer<Double>]) -> Void
  ) -> [Tensor] {
    for vector in vectors {
      precondition(Tensor.count(of: vector) == width, "a vector \(vector) for rows of \(width)")
    }
    // At most 32 blocks, so that adding them is cheap beside the rows.
    let grain = max(32, (rows + 31) / 32)
    let blocks = (rows + grain - 1) / grain
    let size = count * blocks * width  // of one vector's partial sums
    var partial = [Double](repeating: 0, count: max(vectors.count * size, 1))
    return partial.withUnsafeMutableBufferPointer { partial in
      guard let partial = partial.baseAddress else { return [] }
      Tensor.forEachPart(count, rows, width: width, grain: grain) { c, part in
        let at = (c * blocks + part.lowerBound / grain) * width
        body(c, part, vectors.indices.map { partial + $0 * size + at })
      }
      return vectors.indices.map { index in
        Tensor(shape: [count] + vectors[index]) { out in
          guard let out = out.baseAddress else { return }
          for c in 0..<count {
            cajal_total_columns(
              partial + index * size + c * blocks * width, blocks, width, out + c * width)
          }
        }
      }
    }
  }
}
