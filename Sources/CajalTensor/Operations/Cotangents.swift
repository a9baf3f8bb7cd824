// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// How rules run kernels: this tensor is C cotangents `[C] + shape` of one value.
///
/// Parts are rows of one cotangent, never of two, and split as one alone would be: each cotangent has
/// the bits it would have by itself.
extension Tensor {
  /// Length of the last dimension of the value.
  var valueWidth: Int { shape.dropFirst().last ?? 1 }
  /// Vectors along the last dimension of the value.
  var valueRows: Int { shape.dropFirst().dropLast().reduce(1, *) }

  /// Cotangents of the same shape: `body` gets a part of one cotangent and of its result, the part's
  /// first row and the number of rows.
  func mapCotangents(
    _ body: (_ cotangent: Input, _ out: Output, _ row: Int, _ rows: Int) -> Void
  ) -> Tensor {
    Tensor(shape: shape) { out in
      guard count > 0, let out = out.baseAddress else { return }
      withFloats { cotangent in
        guard let cotangent = cotangent.baseAddress else { return }
        Tensor.forEachPart(shape[0], valueRows, width: valueWidth) { c, part in
          let at = (c * valueRows + part.lowerBound) * valueWidth
          body(cotangent + at, out + at, part.lowerBound, part.count)
        }
      }
    }
  }

  /// The same beside a tensor of the value's size, of which `body` gets the same part.
  func mapCotangents(
    with saved: Tensor,
    _ body: (_ saved: Input, _ cotangent: Input, _ out: Output, _ count: Int) -> Void
  ) -> Tensor {
    let width = valueWidth
    precondition(saved.count == valueRows * width, "\(saved.shape) for cotangents \(shape)")
    return saved.withFloats { saved in
      let saved = saved.baseAddress
      return mapCotangents { cotangent, out, row, rows in
        if let saved { body(saved + row * width, cotangent, out, rows * width) }
      }
    }
  }

  /// `factor · Σ cotangent · saved / divisor` of every row, in Float64: cotangents of one number a row,
  /// `[C] + shape`.
  func rowDots(
    with saved: Tensor? = nil, divisor: Tensor? = nil, factor: Double = 1, shape numbers: [Int]
  ) -> Tensor {
    let (rows, width) = (valueRows, valueWidth)
    precondition(Tensor.count(of: numbers) == rows, "\(numbers) for the rows of \(shape)")
    return Tensor(shape: [shape[0]] + numbers) { out in
      guard let out = out.baseAddress else { return }
      withFloats { cotangent in
        withOptionalFloats(saved) { saved in
          withOptionalFloats(divisor) { divisor in
            guard let cotangent = cotangent.baseAddress else { return }
            Tensor.forEachPart(shape[0], rows, width: width) { c, part in
              let row = part.lowerBound
              cajal_row_dots(
                cotangent + (c * rows + row) * width, saved.map { $0 + row * width },
                divisor.map { $0 + row }, factor, out + c * rows + row, part.count, width)
            }
          }
        }
      }
    }
  }

  /// Σ over the rows of `cotangent · saved`, in Float64 and an order that depends on the shape alone:
  /// cotangents `[C] + shape` of a vector that belongs to the last dimension.
  func columnSums(times saved: Tensor? = nil, shape vector: [Int]) -> Tensor {
    let (rows, width) = (valueRows, valueWidth)
    return withFloats { cotangent in
      withOptionalFloats(saved) { saved in
        let cotangent = cotangent.baseAddress
        return ColumnSums.over(shape[0], rows, width: width, vectors: [vector]) { c, part, sums in
          guard let cotangent, let sums = sums.first else { return }
          cajal_add_column_sums(
            cotangent + (c * rows + part.lowerBound) * width,
            saved.map { $0 + part.lowerBound * width }, sums, part.count, width)
        }[0]
      }
    }
  }

  /// Two tensors of one shape written at once; nil for one that is not wanted.
  static func pair(
    _ shape: [Int], _ wanted: [Bool], _ body: (_ first: Output?, _ second: Output?) -> Void
  ) -> [Tensor?] {
    guard wanted[0] else {
      return [nil, wanted[1] ? Tensor(shape: shape) { body(nil, $0.baseAddress) } : nil]
    }
    var second: Tensor?
    let first = Tensor(shape: shape) { first in
      if wanted[1] {
        second = Tensor(shape: shape) { body(first.baseAddress, $0.baseAddress) }
      } else {
        body(first.baseAddress, nil)
      }
    }
    return [first, second]
  }

  /// Calls `body` with parts of the rows of each of `count` cotangents.
  static func forEachPart(
    _ count: Int, _ rows: Int, width: Int, grain: Int? = nil, _ body: (Int, Range<Int>) -> Void
  ) {
    let size = max(grain ?? 32768 / max(width, 1), 1)
    let parts = (rows + size - 1) / size
    Threads.forEachUnchecked(count * parts) { task in
      let start = task % parts * size
      body(task / parts, start..<min(start + size, rows))
    }
  }
}

/// Sums over rows in a fixed order: blocks of rows by shape, each summed in Float64, then the blocks
/// in their order.
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
