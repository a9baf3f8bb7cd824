// SPDX-License-Identifier: Apache-2.0

/// The tokens that may come next, each with its probability.
public struct TokenDistribution: Sendable, Equatable {
  /// The tokens, ascending.
  public let tokens: [Int32]
  /// The probability of each, summing to 1 but for rounding.
  public let probabilities: [Float]

  init(tokens: [Int32], _ probabilities: [Float]) {
    (self.tokens, self.probabilities) = (tokens, probabilities)
  }

  /// The token on which a uniform draw from [0, 1) falls, when the probabilities lie end to end.
  func token(at uniform: Double) -> Int {
    var total = 0.0
    for probability in probabilities { total += Double(probability) }
    let target = uniform * total
    var (sum, last) = (0.0, 0)
    for (index, probability) in probabilities.enumerated() where probability > 0 {
      sum += Double(probability)
      last = index
      if sum > target { break }
    }
    return Int(tokens[last])
  }
}
