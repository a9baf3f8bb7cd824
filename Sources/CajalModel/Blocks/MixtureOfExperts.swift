// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// A mixture of gated MLPs of which each position uses a few.
///
///     p = softmax(router(x, run));   w = the k largest of p (divided by their sum where `renormalized`)
///     y = Σₑ wₑ · expertₑ(x)
///
/// The sum runs in the order of the experts, so a position's bits do not depend on which other
/// positions chose the same experts.
///
/// - Source: Shazeer et al. 2017 <https://arxiv.org/abs/1701.06538>; Jiang et al. 2024
///   <https://arxiv.org/abs/2401.04088>.
public struct MixtureOfExperts: FeedForward {
  /// [D] to one number an expert.
  public let router: Linear
  /// The experts.
  public let experts: [GatedMLP]
  /// How many experts a position uses.
  public let chosen: Int
  /// Whether the chosen weights are divided by their sum.
  public let renormalized: Bool

  /// A mixture of the given parts.
  public init(router: Linear, experts: [GatedMLP], chosen: Int, renormalized: Bool) {
    self.router = router
    self.experts = experts
    self.chosen = chosen
    self.renormalized = renormalized
  }

  /// [N, D] to [N, D], visiting routerLogits and routerWeights. An expert runs for the positions
  /// where its weight is not zero.
  public func callAsFunction(_ x: Tensor, layer: Int, _ run: Run, _ tap: inout some Tap) -> Tensor {
    let logits = tap(Site(.routerLogits, layer: layer), router(x, run))
    let weights = tap(Site(.routerWeights, layer: layer), chosenWeights(logits))
    var output = Tensor(zeros: x.shape)
    for (index, expert) in experts.enumerated() {
      let column = (0..<x.shape[0]).map { weights[$0, index] }
      let users = column.indices.filter { column[$0] != 0 }
      if users.isEmpty { continue }
      expert(x.gathered(rows: users), run).addScaledRows(
        into: &output, at: users, scale: users.map { column[$0] })
    }
    return output
  }

  /// The weights in use, [N, experts], zero elsewhere.
  func chosenWeights(_ logits: Tensor) -> Tensor {
    let probabilities = logits.softmax()
    let count = experts.count
    return Tensor(shape: logits.shape) { result in
      result.update(repeating: 0)
      probabilities.withFloats { p in
        for row in 0..<logits.shape[0] {
          // Equal weights go to the lower index, as the reference does.
          let order = (0..<count).sorted {
            let (a, b) = (p[row * count + $0], p[row * count + $1])
            return a > b || (a == b && $0 < $1)
          }.prefix(chosen)
          let sum = order.reduce(Float(0)) { $0 + p[row * count + $1] }
          for expert in order {
            let weight = p[row * count + expert]
            result[row * count + expert] = renormalized ? weight / sum : weight
          }
        }
      }
    }
  }

  /// The sites the call visits, in order.
  public func sites(layer: Int) -> [Site] {
    [.routerLogits, .routerWeights].map { Site($0, layer: layer) }
  }
}
