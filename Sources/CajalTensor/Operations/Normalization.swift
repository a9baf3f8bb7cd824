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
    let (mean, scale) = Tensor.both(statisticShape) { mean, scale in
      withFloats { x in
        guard let x = x.baseAddress else { return }
        Threads.forEachRows(rows, width: width) { part in
          let row = part.lowerBound
          cajal_layer_statistics(
            x + row * width, part.count, width, epsilon, mean + row, scale + row)
        }
      }
    }
    let x = detached
    let trackedMean = mean.derived(from: [self]) { cotangent, _ in
      [x.statisticCotangent(mean: nil, scale: nil, cotangent)]
    }
    let trackedScale = scale.derived(from: [self]) { cotangent, _ in
      [x.statisticCotangent(mean: mean, scale: scale, cotangent)]
    }
    return (trackedMean, trackedScale)
  }

  /// √(mean of squares + epsilon) of every row, of this shape without its last dimension.
  public func rootMeanSquareScale(epsilon: Double) -> Tensor {
    let width = width
    let rows = vectorCount
    let scale = Tensor(shape: statisticShape) { scale in
      withFloats { x in
        guard let x = x.baseAddress, let scale = scale.baseAddress else { return }
        Threads.forEachRows(rows, width: width) { part in
          let row = part.lowerBound
          cajal_rms_scale(x + row * width, part.count, width, epsilon, scale + row)
        }
      }
    }
    let x = detached
    return scale.derived(from: [self]) { cotangent, _ in
      [x.statisticCotangent(mean: nil, scale: scale, cotangent)]
    }
  }

  /// `(x - mean) · (1 / scale)` with one mean and scale a row; nil mean for RMSNorm.
  public func normalized(mean: Tensor?, scale: Tensor) -> Tensor {
    let width = width
    let result = withRowNumbers(mean) { mean in
      withRowNumbers(scale) { scale in
        return mapRows { x, out, row, rows in
          guard let scale else { return }
          cajal_normalize(x, mean.map { $0 + row }, scale + row, nil, nil, out, rows, width)
        }
      }
    }
    let (divisor, meanShape) = (scale.detached, mean?.shape ?? [])
    let saved = scale.isTracked ? result : nil
    return result.derived(from: [self, mean, scale]) { cotangent, wanted in
      [
        wanted[0] ? cotangent.timesReciprocal(divisor) : nil,
        wanted[1] ? cotangent.rowDots(divisor: divisor, factor: -1, shape: meanShape) : nil,
        saved.map {
          cotangent.rowDots(with: $0, divisor: divisor, factor: -1, shape: divisor.shape)
        },
      ]
    }
  }

  /// `x · gain + bias` by rows with `[D]` each, one rounding where the processor fuses; nil is none.
  public func affine(gain: Tensor?, bias: Tensor?) -> Tensor {
    let width = width
    let result = withVector(gain) { gain in
      withVector(bias) { bias in
        return mapRows { x, out, _, rows in cajal_affine(x, gain, bias, out, rows, width) }
      }
    }
    let (factors, biasShape) = (gain?.detached, bias?.shape ?? [])
    let saved = gain?.isTracked ?? false ? detached : nil
    return result.derived(from: [self, gain, bias]) { cotangent, wanted in
      [
        wanted[0] ? factors.map { cotangent.multipliedRows($0) } ?? cotangent : nil,
        saved.map { cotangent.columnSums(times: $0, shape: factors?.shape ?? []) },
        wanted[2] ? cotangent.columnSums(shape: biasShape) : nil,
      ]
    }
  }

  /// LayerNorm with gain and bias `[D]`, in one pass.
  ///
  /// - Parameter frozenScale: pulls back as if the denominator were constant; the mean still moves.
  public func layerNorm(
    gain: Tensor?, bias: Tensor?, epsilon: Double, frozenScale: Bool = false
  ) -> Tensor {
    norm(Norm(centred: true, epsilon: epsilon, frozen: frozenScale), gain, bias)
  }

  /// RMSNorm with gain `[D]`, in one pass.
  ///
  /// - Parameter frozenScale: pulls back as if the denominator were constant.
  public func rmsNorm(gain: Tensor?, epsilon: Double, frozenScale: Bool = false) -> Tensor {
    norm(Norm(centred: false, epsilon: epsilon, frozen: frozenScale), gain, nil)
  }

  private func norm(_ norm: Norm, _ gain: Tensor?, _ bias: Tensor?) -> Tensor {
    guard isTracked || gain?.isTracked ?? false || bias?.isTracked ?? false else {
      return normed(norm, gain, bias, nil, nil)
    }
    // What the rule needs of the forward pass: two numbers a row.
    var plain: Tensor?
    let (mean, scale) = Tensor.both([vectorCount]) { plain = normed(norm, gain, bias, $0, $1) }
    guard let plain else { preconditionFailure("a norm of \(shape) was not computed") }
    let saved = NormRule(
      norm: norm, x: detached, gain: gain?.detached, mean: norm.centred ? mean : nil, scale: scale,
      biasShape: bias?.shape)
    return plain.derived(from: [self, gain, bias]) { saved.cotangents($0, $1) }
  }

  private func normed(
    _ norm: Norm, _ gain: Tensor?, _ bias: Tensor?, _ means: Output?, _ scales: Output?
  ) -> Tensor {
    let width = width
    return withVector(gain) { gain in
      withVector(bias) { bias in
        return mapRows { x, out, row, rows in
          cajal_norm(
            x, norm.centred, gain, bias, norm.epsilon, out,
            norm.centred ? means.map { $0 + row } : nil,
            scales.map { $0 + row }, rows, width)
        }
      }
    }
  }
}
