// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// Vector-Jacobian products once more, plain and in Float64. Each takes one cotangent of the result.
extension Reference {
  /// The slope of an activation at x, by its definition, as two terms whose sum it is: where they
  /// cancel, an error is small beside them and not beside the sum.
  public static func slope(_ x: Double, _ activation: Activation) -> (Double, Double) {
    switch activation {
    case .geluExact:
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      return (0.5 * erfc(-x / 2.0.squareRoot()), abs(x) < 100 ? x * density : 0)
    case .geluTanh:
      let factor = 2 * (2 / Double.pi).squareRoot()
      let argument = factor * (x + 0.044715 * x * x * x)
      return sigmoidTimes(x, argument, factor * (1 + 3 * 0.044715 * x * x))
    case .relu: return (x > 0 ? 1 : 0, 0)
    case .reluSquared: return (x > 0 ? 2 * x : 0, 0)
    case .silu: return sigmoidTimes(x, x, 1)
    case .quickGelu: return sigmoidTimes(x, 1.702 * x, 1.702)
    case .tanh:
      let hyperbolic = cosh(x)
      return (1 / hyperbolic / hyperbolic, 0)
    case .sigmoid: return (1 / (1 + exp(-x)) / (1 + exp(x)), 0)
    case .identity: return (1, 0)
    }
  }

  /// Of x · σ(a): σ(a), and x · a′ · σ(a) · σ(-a).
  private static func sigmoidTimes(
    _ x: Double, _ a: Double, _ slope: Double
  ) -> (Double, Double) {
    let here = 1 / (1 + exp(-a))
    let opposite = 1 / (1 + exp(a))
    return (here, here == 0 || opposite == 0 ? 0 : x * slope * here * opposite)
  }

  /// Of LayerNorm's (`centred`) or RMSNorm's input, gain and bias.
  ///
  /// - Parameter frozenScale: the denominator is a constant.
  public static func normCotangents(
    _ x: Tensor, gain: Tensor?, centred: Bool, epsilon: Double, frozenScale: Bool,
    _ cotangent: Tensor
  ) -> (x: [Double], gain: [Double], bias: [Double]) {
    let factors = gain.map(numbers)
    let width = x.width
    var result = (
      x: [Double](), gain: [Double](repeating: 0, count: width),
      bias: [Double](repeating: 0, count: width)
    )
    let statistics = normStatistics(x, centred: centred, epsilon: epsilon)
    for ((row, given), statistic) in zip(zip(rows(x), rows(cotangent)), statistics) {
      let normalized = row.map { ($0 - statistic.mean) / statistic.scale }
      let scaled = given.enumerated().map { $1 * (factors?[$0] ?? 1) }
      let mean = scaled.reduce(0, +) / Double(width)
      let along = zip(scaled, normalized).reduce(0) { $0 + $1.0 * $1.1 } / Double(width)
      for column in 0..<width {
        let turned = frozenScale ? 0 : normalized[column] * along
        result.x.append((scaled[column] - (centred ? mean : 0) - turned) / statistic.scale)
        result.gain[column] += given[column] * normalized[column]
        result.bias[column] += given[column]
      }
    }
    return result
  }

  /// Of a softmax's argument: `y · (ȳ - Σ y ȳ)`.
  public static func softmaxCotangent(_ x: Tensor, _ cotangent: Tensor) -> [Double] {
    zip(rows(x), rows(cotangent)).flatMap { row, given in
      let y = softmax(row)
      let along = zip(y, given).reduce(0) { $0 + $1.0 * $1.1 }
      return zip(y, given).map { $0 * ($1 - along) }
    }
  }

  /// Of the argument of a softmax's logarithm: `ȳ - y · Σ ȳ`.
  public static func logSoftmaxCotangent(_ x: Tensor, _ cotangent: Tensor) -> [Double] {
    zip(rows(x), rows(cotangent)).flatMap { row, given in
      let total = given.reduce(0, +)
      return zip(softmax(row), given).map { $1 - $0 * total }
    }
  }

  /// Of the logits, from one weight a row: `w · (softmax - one at the target)`.
  public static func crossEntropyCotangent(
    _ logits: Tensor, targets: [Int32], weights: [Double]
  ) -> [Double] {
    zip(rows(logits), zip(targets, weights)).flatMap { row, place in
      let (target, weight) = (Int(place.0), place.1)
      var y = softmax(row)
      // 1 - y, from what the others have.
      y[target] = -y.enumerated().reduce(0) { $1.offset == target ? $0 : $0 + $1.element }
      return y.map { weight == 0 ? 0 : weight * $0 }
    }
  }

  /// `Σ p (log p - log q)` of every row, p from `reference` and q from `logits`.
  public static func divergence(_ logits: Tensor, from reference: Tensor) -> [Double] {
    let (totals, given) = (logSumExp(logits), logSumExp(reference))
    return zip(rows(logits), rows(reference)).enumerated().map { index, pair in
      zip(pair.0, pair.1).reduce(0) { sum, place in
        let logarithm = place.1 - given[index]
        return logarithm == -.infinity
          ? sum : sum + exp(logarithm) * (logarithm - (place.0 - totals[index]))
      }
    }
  }

  /// Of the logits, from one weight a row: `w · (softmax - softmax of the reference)`.
  public static func divergenceCotangent(
    _ logits: Tensor, from reference: Tensor, weights: [Double]
  ) -> [Double] {
    zip(zip(rows(logits), rows(reference)), weights).flatMap { pair, weight in
      zip(softmax(pair.0), softmax(pair.1)).map { weight * ($0 - $1) }
    }
  }
}
