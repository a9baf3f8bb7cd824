// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// What a layer does to each position by itself.
public enum FeedForward: Sendable {
  /// Two projections.
  case plain(MLP)
  /// Three projections, one a gate.
  case gated(GatedMLP)
  /// A few of many gated MLPs.
  case mixture(MixtureOfExperts)

  /// [N, D] to [N, D], visiting the sites inside.
  public func callAsFunction(_ x: Tensor, layer: Int, _ tap: inout some Tap) -> Tensor {
    switch self {
    case .plain(let mlp): mlp(x, layer: layer, &tap)
    case .gated(let mlp): mlp(x, layer: layer, &tap)
    case .mixture(let mixture): mixture(x, layer: layer, &tap)
    }
  }

  /// The sites the call visits, in order.
  public func sites(layer: Int) -> [Site] {
    switch self {
    case .plain: MLP.sites(layer: layer)
    case .gated: GatedMLP.sites(layer: layer)
    case .mixture: MixtureOfExperts.sites(layer: layer)
    }
  }
}
