// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Which norm.
struct Norm: Sendable {
  /// LayerNorm rather than RMSNorm.
  let centred: Bool
  let epsilon: Double
  /// Whether a pull-back holds the denominator.
  let frozen: Bool
}

/// What a fused norm keeps for its pull-back.
///
///     n = (x - mean) / scale,  v = ȳ · gain
///     x̄ = (v - mean of v - n · mean of (v · n)) / scale
///
/// RMSNorm has no second term, a frozen scale no third. The gain's cotangent is Σ ȳ · n over the rows,
/// the bias's Σ ȳ.
struct NormRule: Sendable {
  let norm: Norm
  let x: Tensor
  let gain: Tensor?
  let mean: Tensor?
  let scale: Tensor
  let biasShape: [Int]?

  func cotangents(_ cotangent: Tensor, _ wanted: [Bool]) -> [Tensor?] {
    guard wanted[0] else { return [nil] + vectors(cotangent, nil, wanted) }
    guard wanted[1] || wanted[2] else {
      let result = Tensor(shape: cotangent.shape) { out in
        kernel(cotangent, out.baseAddress, wanted) { run in
          Tensor.forEachPart(cotangent.shape[0], x.vectorCount, width: x.width) { run($0, $1, []) }
        }
      }
      return [result, nil, nil]
    }
    var sums: [Tensor?] = []
    let result = Tensor(shape: cotangent.shape) { out in
      sums = vectors(cotangent, out.baseAddress, wanted)
    }
    return [result] + sums
  }

  /// The cotangents of gain and bias; those of x too where `out` is given, in the same pass.
  private func vectors(
    _ cotangent: Tensor, _ out: Tensor.Output?, _ wanted: [Bool]
  ) -> [Tensor?] {
    var sums: [Tensor] = []
    let shapes = [wanted[1] ? gain?.shape : nil, wanted[2] ? biasShape : nil].compactMap { $0 }
    kernel(cotangent, out, wanted) { run in
      sums = ColumnSums.over(
        cotangent.shape[0], x.vectorCount, width: x.width, vectors: shapes, run)
    }
    return [wanted[1] ? sums.first : nil, wanted[2] ? sums.last : nil]
  }

  private typealias Run = (
    _ c: Int, _ part: Range<Int>, _ sums: [UnsafeMutablePointer<Double>]
  ) -> Void

  /// Calls `body` with what pulls back some rows of one cotangent.
  private func kernel(
    _ cotangent: Tensor, _ out: Tensor.Output?, _ wanted: [Bool], _ body: (Run) -> Void
  ) {
    var task = cajal_norm_cotangent()
    task.centred = norm.centred
    task.frozen = norm.frozen
    task.width = x.width
    let (count, width) = (x.count, x.width)
    cotangent.withFloats { cotangent in
      x.withFloats { x in
        scale.withFloats { scale in
          withOptionalFloats(mean) { mean in
            withOptionalFloats(gain) { gain in
              guard count > 0, let cotangent = cotangent.baseAddress, let x = x.baseAddress,
                let scale = scale.baseAddress
              else { return body { _, _, _ in } }
              task.gain = gain
              body { [task] c, part, sums in
                var task = task
                let (row, at) = (part.lowerBound, part.lowerBound * width)
                task.x = x + at
                task.mean = mean.map { $0 + row }
                task.scale = scale + row
                task.cotangent = cotangent + c * count + at
                task.out = out.map { $0 + c * count + at }
                task.gain_sums = wanted[1] ? sums.first : nil
                task.bias_sums = wanted[2] ? sums.last : nil
                task.rows = part.count
                cajal_norm_gradient(&task)
              }
            }
          }
        }
      }
    }
  }
}

extension Tensor {
  /// Two tensors of one shape, written at once.
  static func both(
    _ shape: [Int], _ body: (_ first: Output, _ second: Output) -> Void
  ) -> (Tensor, Tensor) {
    var second: Tensor?
    let first = Tensor(shape: shape) { first in
      second = Tensor(shape: shape) { second in
        if let first = first.baseAddress, let second = second.baseAddress { body(first, second) }
      }
    }
    return (first, second ?? first)
  }

  /// For this tensor of rows x: their cotangents from those of one statistic, `[C] + shape`. Both nil is
  /// the mean, else the denominator.
  func statisticCotangent(mean: Tensor?, scale: Tensor?, _ cotangent: Tensor) -> Tensor {
    let (rows, width, count) = (vectorCount, width, count)
    return Tensor(shape: [cotangent.shape[0]] + shape) { out in
      withFloats { x in
        cotangent.withFloats { all in
          withOptionalFloats(mean) { mean in
            withOptionalFloats(scale) { scale in
              guard count > 0, let x = x.baseAddress, let all = all.baseAddress,
                let out = out.baseAddress
              else { return }
              Tensor.forEachPart(cotangent.shape[0], rows, width: width) { c, part in
                let row = part.lowerBound
                cajal_statistic_gradient(
                  x + row * width, mean.map { $0 + row }, scale.map { $0 + row },
                  all + c * rows + row, out + c * count + row * width, part.count, width)
              }
            }
          }
        }
      }
    }
  }

  /// Cotangents times `1 / scale` of their row.
  func timesReciprocal(_ scale: Tensor) -> Tensor {
    let width = valueWidth
    return scale.withFloats { scale in
      let scale = scale.baseAddress
      return mapCotangents { cotangent, out, row, rows in
        if let scale {
          cajal_normalize(cotangent, nil, scale + row, nil, nil, out, rows, width)
        }
      }
    }
  }
}
