// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Foundation

/// How well a model predicts a text: losses with the baselines that make them readable.
struct LossMeasurement {
  /// Losses of neighbouring tokens depend on each other; blocks of this many are resampled together.
  static let blockLength = 32
  /// How often the text is resampled for the interval.
  static let resamples = 1000

  let windows: TextWindows
  let scores: [[TokenScore]]
  /// −ln p of every predicted token, in the order of the text.
  let losses: [Double]
  /// Mean nats a predicted token.
  let mean: Double
  /// 95 % of means over resampled blocks.
  let interval: (low: Double, high: Double)
  /// ln V: guessing every token of the vocabulary alike.
  let uniform: Double
  /// The mean loss of guessing each predicted token by its frequency among the predicted tokens
  /// themselves.
  let unigram: Double
  /// The share of tokens that were the model's first choice.
  let accuracy: Double

  /// Measures a text.
  init(_ text: String, _ context: ScanContext) throws {
    windows = try TextWindows(text, context.subject)
    scores = try Evaluation(context.subject, job: context.job).scores(windows.sequences)
    let predicted = scores.joined().filter { $0.loss != nil }
    losses = predicted.compactMap(\.loss)
    mean = losses.reduce(0, +) / Double(losses.count)
    interval = Self.interval(losses, seed: context.seed)
    uniform = log(Double(context.subject.shape.vocabulary))
    unigram = Self.entropy(of: predicted.map(\.token))
    accuracy = Double(predicted.count { $0.expected?.id == $0.token }) / Double(predicted.count)
  }

  /// ln 1/p averaged over tokens, where p is each token's share among them.
  private static func entropy(of tokens: [Int]) -> Double {
    let counts = tokens.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    let total = Double(tokens.count)
    return counts.sorted { $0.key < $1.key }.reduce(0) { sum, entry in
      sum - Double(entry.value) / total * log(Double(entry.value) / total)
    }
  }

  /// The middle 95 % of means over blocks drawn with replacement.
  private static func interval(_ losses: [Double], seed: UInt64) -> (low: Double, high: Double) {
    let blocks = stride(from: 0, to: losses.count, by: blockLength).map {
      losses[$0..<min($0 + blockLength, losses.count)]
    }
    let sums = blocks.map { (sum: $0.reduce(0, +), count: $0.count) }
    let draws = Philox(seed: seed)
    let means = (0..<resamples).map { resample -> Double in
      var (sum, count) = (0.0, 0)
      for draw in sums.indices {
        let block = sums[
          Int(
            draws.integer(
              UInt64(resample * sums.count + draw), below: UInt64(sums.count)))]
        sum += block.sum
        count += block.count
      }
      return sum / Double(count)
    }.sorted()
    return (means[Int(0.025 * Double(resamples))], means[Int(0.975 * Double(resamples)) - 1])
  }
}

extension LossMeasurement {
  /// Losses at a range of positions of their windows.
  struct PositionBin {
    let positions: ClosedRange<Int>
    let count: Int
    let mean: Double
    /// The standard error of the mean, as if tokens were independent.
    let error: Double
  }

  /// Bins that double in width: 1, 2, 3–4, 5–8, …; position 0 is never predicted.
  var bins: [PositionBin] {
    var bins: [PositionBin] = []
    var first = 1
    while first < windows.length {
      let last = min(first == 1 ? 1 : 2 * (first - 1), windows.length - 1)
      let values = scores.flatMap { sequence in
        (first...last).compactMap { $0 < sequence.count ? sequence[$0].loss : nil }
      }
      if !values.isEmpty {
        let mean = values.reduce(0, +) / Double(values.count)
        let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let variance = values.count > 1 ? spread / Double(values.count - 1) : .nan
        bins.append(
          PositionBin(
            positions: first...last, count: values.count, mean: mean,
            error: (variance / Double(values.count)).squareRoot()))
      }
      first = last + 1
    }
    return bins
  }
}
