// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

extension Tensor {
  /// Softmax along the last dimension; a row that is minus infinity everywhere gives zeros.
  public func softmax() -> Tensor {
    let width = width
    let result = mapRows { x, out, _, rows in cajal_softmax(x, out, rows, width) }
    return result.derived(from: [self]) { cotangent, _ in
      [
        cotangent.mapCotangents(with: result) {
          cajal_softmax_gradient($0, $1, $2, $3 / max(width, 1), width)
        }
      ]
    }
  }

  /// Logarithm of the softmax along the last dimension, formed in Float64.
  public func logSoftmax() -> Tensor {
    let width = width
    let result = mapRows { x, out, _, rows in cajal_log_softmax(x, out, rows, width) }
    return result.derived(from: [self]) { cotangent, _ in
      [
        cotangent.mapCotangents(with: result) {
          cajal_log_softmax_gradient($0, $1, $2, $3 / max(width, 1), width)
        }
      ]
    }
  }
}
