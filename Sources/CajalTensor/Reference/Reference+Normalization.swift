// SPDX-License-Identifier: Apache-2.0

extension Reference {
  /// Mean and √(variance + epsilon) of every row; `centred: false` gives 0 and the root mean square.
  public static func normStatistics(
    _ x: Tensor, centred: Bool, epsilon: Double
  ) -> [(mean: Double, scale: Double)] {
    rows(x).map { row in
      let mean = centred ? row.reduce(0, +) / Double(row.count) : 0
      var square = 0.0
      for value in row { square += (value - mean) * (value - mean) }
      return (mean, (square / Double(row.count) + epsilon).squareRoot())
    }
  }

  /// `(x - mean) / √(variance + epsilon) · gain + bias`
  public static func layerNorm(
    _ x: Tensor, gain: Tensor?, bias: Tensor?, epsilon: Double
  ) -> [Double] {
    norm(x, centred: true, gain: gain, bias: bias, epsilon: epsilon)
  }

  /// `x / √(mean of squares + epsilon) · gain`
  public static func rmsNorm(_ x: Tensor, gain: Tensor?, epsilon: Double) -> [Double] {
    norm(x, centred: false, gain: gain, bias: nil, epsilon: epsilon)
  }

  private static func norm(
    _ x: Tensor, centred: Bool, gain: Tensor?, bias: Tensor?, epsilon: Double
  ) -> [Double] {
    let gain = gain.map(numbers)
    let bias = bias.map(numbers)
    let statistics = normStatistics(x, centred: centred, epsilon: epsilon)
    return zip(rows(x), statistics).flatMap { row, statistic in
      row.enumerated().map { column, value in
        (value - statistic.mean) / statistic.scale * (gain?[column] ?? 1) + (bias?[column] ?? 0)
      }
    }
  }
}
