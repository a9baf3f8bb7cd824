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
