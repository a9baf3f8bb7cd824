// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// Two projections with a nonlinearity between: down(f(up(x, run))).
public struct MLP: FeedForward {
  /// To the hidden width.
  public let up: Linear
  /// f.
  public let activation: Activation
  /// Back to the width of the residual stream.
  public let down: Linear

  /// An MLP of the given parts.
  public init(up: Linear, activation: Activation, down: Linear) {
    self.up = up
    self.activation = activation
    self.down = down
  }

  /// [N, D] to [N, D], visiting mlpPre and mlpPost.
  public func callAsFunction(_ x: Tensor, layer: Int, _ run: Run, _ tap: inout some Tap) -> Tensor {
    let pre = tap(Site(.mlpPre, layer: layer), up(x, run))
    return down(tap(Site(.mlpPost, layer: layer), pre.activated(activation)), run)
  }

  /// The sites the call visits, in order.
  public func sites(layer: Int) -> [Site] {
    [.mlpPre, .mlpPost].map { Site($0, layer: layer) }
  }
}

/// A gated MLP: down(f(gate(x, run)) · up(x, run)).
///
/// - Source: Shazeer 2020 <https://arxiv.org/abs/2002.05202>.
public struct GatedMLP: FeedForward {
  /// The branch under the nonlinearity.
  public let gate: Linear
  /// The linear branch.
  public let up: Linear
  /// f.
  public let activation: Activation
  /// Back to the width of the residual stream.
  public let down: Linear

  /// A gated MLP of the given parts.
  public init(gate: Linear, up: Linear, activation: Activation, down: Linear) {
    self.gate = gate
    self.up = up
    self.activation = activation
    self.down = down
  }

  /// [N, D] to [N, D], visiting mlpPre, mlpLinear and mlpPost.
  public func callAsFunction(_ x: Tensor, layer: Int, _ run: Run, _ tap: inout some Tap) -> Tensor {
    let pre = tap(Site(.mlpPre, layer: layer), gate(x, run))
    let linear = tap(Site(.mlpLinear, layer: layer), up(x, run))
    let post = tap(Site(.mlpPost, layer: layer), pre.gated(by: activation, linear: linear))
    return down(post, run)
  }

  /// Without looking inside: an expert of a mixture.
  public func callAsFunction(_ x: Tensor, _ run: Run) -> Tensor {
    down(gate(x, run).gated(by: activation, linear: up(x, run)), run)
  }

  /// The sites the call visits, in order.
  public func sites(layer: Int) -> [Site] {
    [.mlpPre, .mlpLinear, .mlpPost].map { Site($0, layer: layer) }
  }
}
