// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

extension Tensor {
  /// Sum of two tensors of one shape.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    a.mapRows(b) { cajal_add($0, $1, $2, $3) }
  }

  /// Difference of two tensors of one shape.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    a.mapRows(b) { cajal_subtract($0, $1, $2, $3) }
  }

  /// Product of two tensors of one shape, element by element.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    a.mapRows(b) { cajal_multiply($0, $1, $2, $3) }
  }

  /// Every element times a number.
  public static func * (a: Tensor, factor: Float) -> Tensor {
    let width = a.width
    return a.mapRows { x, out, _, rows in cajal_scale(x, factor, out, rows * width) }
  }

  /// Every row plus `bias` `[D]`.
  public func addingToRows(_ bias: Tensor) -> Tensor {
    let width = width
    return withVector(bias) { bias in
      return mapRows { x, out, _, rows in
        if let bias { cajal_add_to_rows(x, bias, out, rows, width) }
      }
    }
  }

  /// Every row times `gain` `[D]`, element by element.
  public func multiplyingRows(_ gain: Tensor) -> Tensor {
    let width = width
    return withVector(gain) { gain in
      return mapRows { x, out, _, rows in
        if let gain { cajal_multiply_rows(x, gain, out, rows, width) }
      }
    }
  }

  /// Each row divided by its number in `scale` `[N]`.
  public func dividingRows(by scale: Tensor) -> Tensor {
    let width = width
    return withRowNumbers(scale) { scale in
      return mapRows { x, out, row, rows in
        if let scale { cajal_divide_rows(x, scale + row, out, rows, width) }
      }
    }
  }
}
