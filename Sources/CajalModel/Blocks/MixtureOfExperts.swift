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
    let chosen = logits.softmax().keepingLargest(chosen, renormalized: renormalized)
    let weights = tap(Site(.routerWeights, layer: layer), chosen)
    var parts: [ScaledRows] = []
    for (index, expert) in experts.enumerated() {
      let users = (0..<x.shape[0]).filter { weights[$0, index] != 0 }
      if users.isEmpty { continue }
      parts.append(
        ScaledRows(
          expert(x.gathered(rows: users), run), at: users,
          scale: weights.picked(column: index, rows: users)))
    }
    return Tensor.sum(of: parts, rows: x.shape[0], width: x.shape[1])
  }

  /// The sites the call visits, in order.
  public func sites(layer: Int) -> [Site] {
    [.routerLogits, .routerWeights].map { Site($0, layer: layer) }
  }
}
