// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Norms over the last dimension of any rank. Statistics are Float64 sums; the fused forms have the
/// bits of statistics, `normalized` and `affine` one after the other.
extension Tensor {
  private var statisticShape: [Int] { Array(shape.dropLast()) }

  /// Mean and √(variance + epsilon) of every row, each of this shape without its last dimension.
  public func layerNormStatistics(epsilon: Double) -> (mean: Tensor, scale: Tensor) {
    let width = width
    let rows = vectorCount
    var scale = Tensor(zeros: statisticShape)
    let mean = Tensor(shape: statisticShape) { mean in
      scale.withMutableFloats { scale in
        withFloats { x in
          guard let x = x.baseAddress, let mean = mean.baseAddress, let scale = scale.baseAddress
          else { return }
          Threads.forEachRows(rows, width: width) { part in
            let row = part.lowerBound
            cajal_layer_statistics(
              x + row * width, part.count, width, epsilon, mean + row, scale + row)
          }
        }
      }
    }
    return (mean, scale)
  }

  /// √(mean of squares + epsilon) of every row, of this shape without its last dimension.
  public func rootMeanSquareScale(epsilon: Double) -> Tensor {
    let width = width
    let rows = vectorCount
    return Tensor(shape: statisticShape) { scale in
      withFloats { x in
        guard let x = x.baseAddress, let scale = scale.baseAddress else { return }
        Threads.forEachRows(rows, width: width) { part in
          let row = part.lowerBound
          cajal_rms_scale(x + row * width, part.count, width, epsilon, scale + row)
        }
      }
    }
  }

  /// `(x - mean) · (1 / scale)` with one mean and scale a row; nil mean for RMSNorm.
  public func normalized(mean: Tensor?, scale: Tensor) -> Tensor {
    let width = width
    return withRowNumbers(mean) { mean in
      withRowNumbers(scale) { scale in
        return mapRows { x, out, row, rows in
          guard let scale else { return }
          cajal_normalize(x, mean.map { $0 + row }, scale + row, nil, nil, out, rows, width)
        }
      }
    }
  }

  /// `x · gain + bias` by rows with `[D]` each, one rounding where the processor fuses; nil is none.
  public func affine(gain: Tensor?, bias: Tensor?) -> Tensor {
    let width = width
    return withVector(gain) { gain in
      withVector(bias) { bias in
        return mapRows { x, out, _, rows in cajal_affine(x, gain, bias, out, rows, width) }
      }
    }
  }

  /// LayerNorm with gain and bias `[D]`, in one pass.
  public func layerNorm(gain: Tensor?, bias: Tensor?, epsilon: Double) -> Tensor {
    norm(centred: true, gain: gain, bias: bias, epsilon: epsilon)
  }

  /// RMSNorm with gain `[D]`, in one pass.
  public func rmsNorm(gain: Tensor?, epsilon: Double) -> Tensor {
    norm(centred: false, gain: gain, bias: nil, epsilon: epsilon)
  }

  private func norm(centred: Bool, gain: Tensor?, bias: Tensor?, epsilon: Double) -> Tensor {
    let width = width
    return withVector(gain) { gain in
      withVector(bias) { bias in
        return mapRows { x, out, _, rows in
          cajal_norm(x, centred, gain, bias, epsilon, out, rows, width)
        }
      }
    }
  }
}
