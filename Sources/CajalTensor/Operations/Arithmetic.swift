// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

extension Tensor {
  /// Sum of two tensors of one shape.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    a.mapRows(b) { cajal_add($0, $1, $2, $3) }
      .derived(from: [a, b]) { cotangent, _ in [cotangent, cotangent] }
  }

  /// Difference of two tensors of one shape.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    a.mapRows(b) { cajal_subtract($0, $1, $2, $3) }
      .derived(from: [a, b]) { cotangent, wanted in
        [cotangent, wanted[1] ? cotangent * -1 : nil]
      }
  }

  /// Product of two tensors of one shape, element by element.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    // Each is kept for the other's cotangent alone.
    let left = b.isTracked ? a.detached : nil
    let right = a.isTracked ? b.detached : nil
    return a.mapRows(b) { cajal_multiply($0, $1, $2, $3) }
      .derived(from: [a, b]) { cotangent, _ in
        [right, left].map { other in
          other.map { other in
            cotangent.mapCotangents(with: other) { cajal_multiply($0, $1, $2, $3) }
          }
        }
      }
  }

  /// Every element times a number.
  public static func * (a: Tensor, factor: Float) -> Tensor {
    let width = a.width
    return a.mapRows { x, out, _, rows in cajal_scale(x, factor, out, rows * width) }
      .derived(from: [a]) { cotangent, _ in [cotangent * factor] }
  }

  /// Every row plus `bias` `[D]`.
  public func addingToRows(_ bias: Tensor) -> Tensor {
    let width = width
    let vector = bias.shape
    return withVector(bias) { bias in
      return mapRows { x, out, _, rows in
        if let bias { cajal_add_to_rows(x, bias, out, rows, width) }
      }
    }.derived(from: [self, bias]) { cotangent, wanted in
      [cotangent, wanted[1] ? cotangent.columnSums(shape: vector) : nil]
    }
  }

  /// Every row times `gain` `[D]`, element by element.
  public func multiplyingRows(_ gain: Tensor) -> Tensor {
    let width = width
    let x = gain.isTracked ? detached : nil
    let factors = gain.detached
    return withVector(gain) { gain in
      return mapRows { x, out, _, rows in
        if let gain { cajal_multiply_rows(x, gain, out, rows, width) }
      }
    }.derived(from: [self, gain]) { cotangent, wanted in
      [
        wanted[0] ? cotangent.multipliedRows(factors) : nil,
        x.map { cotangent.columnSums(times: $0, shape: factors.shape) },
      ]
    }
  }

  /// Cotangents whose every row is multiplied by `gain` `[D]`.
  func multipliedRows(_ gain: Tensor) -> Tensor {
    let width = valueWidth
    return gain.withFloats { gain in
      let gain = gain.baseAddress
      return mapCotangents { cotangent, out, _, rows in
        if let gain { cajal_multiply_rows(cotangent, gain, out, rows, width) }
      }
    }
  }

  /// Each row divided by its number in `scale` `[N]`.
  public func dividingRows(by scale: Tensor) -> Tensor {
    let width = width
    let result = withRowNumbers(scale) { scale in
      return mapRows { x, out, row, rows in
        if let scale { cajal_divide_rows(x, scale + row, out, rows, width) }
      }
    }
    let saved = scale.isTracked ? result : nil
    let divisor = scale.detached
    return result.derived(from: [self, scale]) { cotangent, wanted in
      let x = divisor.withFloats { scale in
        let scale = scale.baseAddress
        return !wanted[0]
          ? nil
          : cotangent.mapCotangents { cotangent, out, row, rows in
            if let scale { cajal_divide_rows(cotangent, scale + row, out, rows, width) }
          }
      }
      let numbers = saved.map {
        cotangent.rowDots(with: $0, divisor: divisor, factor: -1, shape: divisor.shape)
      }
      return [x, numbers]
    }
  }
}
