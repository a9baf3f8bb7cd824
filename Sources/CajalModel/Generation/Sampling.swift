// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// How the next token is chosen from logits: the likeliest, or a draw.
///
/// The steps, in the order in which transformers' `generate` takes them; each sees what the one before
/// has left:
///
///     repetition penalty r    l ← l / r where l ≥ 0, else l · r, for every token that is already there
///     temperature T           l ← l / T
///     top k                   the k largest logits, and whatever equals the smallest of them
///     top p                   the likeliest tokens, until their probabilities sum to p or more
///     min p                   tokens at least m times as likely as the likeliest
///     draw                    one of what is left, by its probability
///
/// At temperature 0 the likeliest token is taken (after the penalty), of equal ones the lowest, and
/// nothing is drawn. Top p and min p always leave the likeliest token; of equal ones at the edge of
/// top p the lowest numbers stay. A logit of minus infinity is never drawn.
///
/// A draw depends on the seed, the sequence and the step alone, so a batch of prompts gives each of
/// them what it would be given alone in its place.
///
/// - Source: repetition penalty: Keskar et al. 2019 <https://arxiv.org/abs/1909.05858>; top k: Fan et
///   al. 2018 <https://arxiv.org/abs/1805.04833>; top p: Holtzman et al. 2020
///   <https://arxiv.org/abs/1904.09751>; min p: Nguyen et al. 2024 <https://arxiv.org/abs/2407.01082>.
/// - Reference: `transformers/generation/logits_process.py`.
public struct Sampling: Sendable, Equatable, Codable {
  /// T; 0 takes the likeliest token, 1 leaves the model's probabilities.
  public var temperature = 1.0
  /// k; nil keeps all, and so does a k beyond the vocabulary.
  public var topK: Int?
  /// p, 0 to 1; 1 keeps all, 0 the likeliest token alone.
  public var topP = 1.0
  /// m, 0 to 1; 0 keeps all, 1 what is exactly as likely as the likeliest.
  public var minP = 0.0
  /// r; 1 changes nothing, more makes repetition rarer.
  public var repetitionPenalty = 1.0
  /// Decides the draws.
  public var seed: UInt64 = 0

  /// The model's own probabilities.
  public init() {}

  /// The likeliest token, every time.
  public static var greedy: Sampling {
    var sampling = Sampling()
    sampling.temperature = 0
    return sampling
  }

  /// Refuses settings without a meaning.
  ///
  /// - Throws: `ModelError.sampling` naming the setting and what it may be.
  public func check() throws(ModelError) {
    func require(_ holds: Bool, _ what: String) throws(ModelError) {
      if !holds { throw ModelError(.sampling, what) }
    }
    try require(
      temperature >= 0 && temperature.isFinite,
      "a temperature of \(temperature) has no meaning; it must be a number from 0, where 0 takes the "
        + "likeliest token")
    try require(topK ?? 1 > 0, "top k of \(topK ?? 0) leaves no token; it must be at least 1")
    try require((0...1).contains(topP), "top p must be from 0 to 1, not \(topP)")
    try require((0...1).contains(minP), "min p must be from 0 to 1, not \(minP)")
    try require(
      repetitionPenalty > 0 && repetitionPenalty.isFinite,
      "a repetition penalty of \(repetitionPenalty) has no meaning; it must be a number above 0, "
        + "where 1 changes nothing")
  }

  /// The token to go on with.
  ///
  /// - Parameters:
  ///   - logits: Those behind the last token, [V] or [1, V].
  ///   - tokens: All tokens before: what the repetition penalty is about.
  ///   - sequence: Which sequence of a batch this is.
  ///   - step: How many tokens were made before.
  /// - Throws: `ModelError.sampling` for settings without a meaning and for logits that are no
  ///   numbers.
  public func next(
    _ logits: Tensor, after tokens: some Sequence<Int>, sequence: Int = 0, step: Int
  ) throws(ModelError) -> Int {
    try check()
    guard temperature > 0 else { return try Self.likeliest(penalized(logits, tokens)).token }
    let draws = Philox(seed: seed, stream: UInt64(sequence))
    return try distribution(logits, after: tokens).token(at: draws.uniformDouble(UInt64(step)))
  }

  /// The probabilities that a draw would follow: everything but the draw.
  ///
  /// Cost: linear in the vocabulary; nothing is sorted.
  ///
  /// - Throws: `ModelError.sampling` as `next`.
  public func distribution(
    _ logits: Tensor, after tokens: some Sequence<Int>
  ) throws(ModelError) -> TokenDistribution {
    try check()
    let penalized = penalized(logits, tokens)
    let best = try Self.likeliest(penalized)
    guard temperature > 0 else { return TokenDistribution(tokens: [Int32(best.token)], [1]) }
    var candidates = Candidates(penalized.divided(by: Float(temperature)))
    if let topK { candidates.keepLargest(topK) }
    if topP < 1 { candidates.keepMass(topP) }
    if minP > 0 { candidates.keepLikely(minP) }
    return candidates.distribution
  }

  /// The logits with those of tokens that are already there made less likely.
  private func penalized(_ logits: Tensor, _ tokens: some Sequence<Int>) -> Tensor {
    guard repetitionPenalty != 1 else { return logits }
    let penalty = Float(repetitionPenalty)
    var result = logits
    result.withMutableFloats { out in
      logits.withFloats { original in
        // From the original, so that a token that stands there twice is punished once.
        for token in tokens where original.indices.contains(token) {
          let logit = original[token]
          out[token] = logit < 0 ? logit * penalty : logit / penalty
        }
      }
    }
    return result
  }

  /// The first of the largest logits.
  private static func likeliest(_ logits: Tensor) throws(ModelError) -> (token: Int, logit: Float) {
    precondition(logits.count == logits.shape.last, "one row of logits, not \(logits.shape)")
    let token = logits.argmax()[0]
    let logit = token < 0 ? Float.nan : logits.withFloats { $0[token] }
    guard logit.isFinite else {
      let what =
        logit.isNaN
        ? "one of the logits is not a number"
        : logit > 0 ? "the logit of token \(token) is infinite" : "every logit is minus infinity"
      throw ModelError(.sampling, "there is no next token: \(what); the model is broken here")
    }
    return (token, logit)
  }
}

extension Tensor {
  /// Every element by a number; division and not a product with its inverse, as the reference has it.
  fileprivate func divided(by divisor: Float) -> Tensor {
    if divisor == 1 { return self }
    return Tensor(shape: shape) { out in
      withFloats { x in
        for index in x.indices { out[index] = x[index] / divisor }
      }
    }
  }
}
