// SPDX-License-Identifier: Apache-2.0
import CajalTensor

/// The tokens that are still in the choice, with their logits, ascending by token.
struct Candidates {
  /// Which tokens; nil while it is all of them.
  private var tokens: [Int32]?
  private var logits: Tensor  // [n]

  /// All tokens of a row of logits, at least one of them finite and none of them NaN.
  init(_ logits: Tensor) {
    self.logits = logits.reshaped([logits.count])
  }

  /// Keeps the k largest logits and whatever equals the smallest of them.
  mutating func keepLargest(_ k: Int) {
    guard k < logits.count else { return }
    let least = logits.withFloats { logits in
      RankSelection.key(in: logits, weights: nil, reaching: Double(k)).key
    }
    keep { _, logit in RankSelection.key(of: logit) >= least }
  }

  /// Keeps the likeliest tokens until their probabilities sum to `mass` or more; at least one. Of
  /// equal ones at the edge the first stay.
  mutating func keepMass(_ mass: Double) {
    let probabilities = logits.softmax()
    let edge = logits.withFloats { logits in
      probabilities.withFloats { RankSelection.key(in: logits, weights: $0, reaching: mass) }
    }
    var above = edge.above
    probabilities.withFloats { probabilities in
      keep { index, logit in
        let key = RankSelection.key(of: logit)
        guard key == edge.key else { return key > edge.key }
        defer { above += Double(probabilities[index]) }
        return above == 0 || above < mass
      }
    }
  }

  /// Keeps tokens at least `share` times as likely as the likeliest.
  mutating func keepLikely(_ share: Double) {
    let probabilities = logits.softmax()
    probabilities.withFloats { probabilities in
      // The same Float32 numbers the comparison is made with in the reference.
      let least = Float(share) * (probabilities.max() ?? 0)
      keep { index, _ in probabilities[index] >= least }
    }
  }

  /// The probabilities of what is left.
  var distribution: TokenDistribution {
    TokenDistribution(
      tokens: tokens ?? (0..<Int32(logits.count)).map(\.self), logits.softmax().array)
  }

  /// Keeps what `isKept` says of a place and its logit, asked in ascending order.
  private mutating func keep(_ isKept: (_ index: Int, _ logit: Float) -> Bool) {
    var (keptTokens, keptLogits): ([Int32], [Float]) = ([], [])
    logits.withFloats { logits in
      for index in logits.indices where isKept(index, logits[index]) {
        keptTokens.append(tokens?[index] ?? Int32(index))
        keptLogits.append(logits[index])
      }
    }
    tokens = keptTokens
    logits = Tensor(keptLogits, shape: [keptLogits.count])
  }
}

/// Finds how far down a ranking one must go, without sorting: bits of the rank are settled from the
/// top in three passes, whatever the values are.
enum RankSelection {
  /// A number with the order of the floats: the same for equal ones, minus zero and zero included.
  static func key(of value: Float) -> UInt32 {
    let bits = (value + 0).bitPattern
    return bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
  }

  /// The greatest key such that the weights of all values with that key or a greater one reach
  /// `target`, and the weight of the greater ones alone; the least key of all where nothing reaches it.
  ///
  /// - Parameter weights: one a value, not negative; nil for 1 each.
  static func key(
    in values: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<Float>?,
    reaching target: Double
  ) -> (key: UInt32, above: Double) {
    var (settled, above): (UInt32, Double) = (0, 0)
    var mask: UInt32 = 0
    for (shift, bits) in [(UInt32(21), 11), (10, 11), (0, 10)] {
      var sums = [Double](repeating: 0, count: 1 << bits)
      var isPresent = [Bool](repeating: false, count: 1 << bits)
      for index in values.indices {
        let key = key(of: values[index])
        guard key & mask == settled else { continue }
        let bin = Int(key >> shift) & (1 << bits - 1)
        sums[bin] += weights.map { Double($0[index]) } ?? 1
        isPresent[bin] = true
      }
      var (bin, chosen) = (1 << bits - 1, 0)
      while bin >= 0 {
        if isPresent[bin] {
          chosen = bin
          if above + sums[bin] >= target { break }
          above += sums[bin]
        }
        bin -= 1
      }
      // Where nothing reaches the target the least bin is taken, and its own sum is not above it.
      if bin < 0 { above -= sums[chosen] }
      settled |= UInt32(chosen) << shift
      mask |= UInt32(1 << bits - 1) << shift
    }
    return (settled, above)
  }
}
