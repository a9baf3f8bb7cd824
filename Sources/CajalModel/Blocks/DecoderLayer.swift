// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// One layer of a decoder: the residual stream in, the residual stream out.
public protocol DecoderLayer: Sendable {
  /// How its outputs add up.
  var identity: ResidualIdentity { get }
  /// The sites a call visits, in order.
  func sites(layer: Int) -> [Site]
  /// [N, D] to [N, D].
  func callAsFunction(_ x: Tensor, layer: Int, _ run: Run, _ tap: inout some Tap) -> Tensor
}

/// Attention, then the MLP, each after a norm; their outputs may be normed before they are added.
///
///     x′ = x + post(attention(norm(x)))
///     y  = x′ + post(mlp(norm(x′)))
public struct SequentialLayer: DecoderLayer {
  /// Before attention.
  public let attentionNorm: Normalization
  /// The attention.
  public let attention: SelfAttention
  /// Between attention and the residual stream.
  public var attentionPostNorm = Normalization.none
  /// Before the MLP.
  public let mlpNorm: Normalization
  /// The MLP.
  public let feedForward: any FeedForward
  /// Between the MLP and the residual stream.
  public var mlpPostNorm = Normalization.none

  /// A layer of the given parts, without post-norms.
  public init(
    attentionNorm: Normalization, attention: SelfAttention, mlpNorm: Normalization,
    feedForward: any FeedForward
  ) {
    self.attentionNorm = attentionNorm
    self.attention = attention
    self.mlpNorm = mlpNorm
    self.feedForward = feedForward
  }

  /// How the outputs of attention and MLP add up.
  public var identity: ResidualIdentity { .sequential }

  /// [N, D] to [N, D], visiting the sites of the layer.
  public func callAsFunction(
    _ x: Tensor, layer: Int, _ run: Run, _ tap: inout some Tap
  ) -> Tensor {
    var x = tap(Site(.residualPre, layer: layer), x)
    let seen = attentionNorm(x, .attention, layer: layer, run, &tap)
    let attended = attentionPostNorm(attention(seen, layer: layer, run, &tap), run)
    x = tap(Site(.residualMid, layer: layer), x + tap(Site(.attentionOut, layer: layer), attended))
    let input = mlpNorm(x, .mlp, layer: layer, run, &tap)
    let fed = mlpPostNorm(feedForward(input, layer: layer, run, &tap), run)
    return tap(Site(.residualPost, layer: layer), x + tap(Site(.mlpOut, layer: layer), fed))
  }

  /// The sites the call visits, in order.
  public func sites(layer: Int) -> [Site] {
    [Site(.residualPre, layer: layer)] + attentionNorm.sites(.attention, layer: layer)
      + attention.sites(layer: layer)
      + [Site(.attentionOut, layer: layer), Site(.residualMid, layer: layer)]
      + mlpNorm.sites(.mlp, layer: layer) + feedForward.sites(layer: layer)
      + [Site(.mlpOut, layer: layer), Site(.residualPost, layer: layer)]
  }
}

/// Attention and MLP side by side, both reading the residual stream before the layer.
///
///     y = x + attention(norm(x)) + mlp(norm′(x))
///
/// Without a norm of its own the MLP reads what attention reads.
public struct ParallelLayer: DecoderLayer {
  /// Before attention.
  public let attentionNorm: Normalization
  /// The attention.
  public let attention: SelfAttention
  /// Before the MLP; nil where both share one.
  public let mlpNorm: Normalization?
  /// The MLP.
  public let feedForward: any FeedForward

  /// A layer of the given parts.
  public init(
    attentionNorm: Normalization, attention: SelfAttention, mlpNorm: Normalization?,
    feedForward: any FeedForward
  ) {
    self.attentionNorm = attentionNorm
    self.attention = attention
    self.mlpNorm = mlpNorm
    self.feedForward = feedForward
  }

  /// How the outputs of attention and MLP add up.
  public var identity: ResidualIdentity { .parallel }

  /// [N, D] to [N, D], visiting the sites of the layer.
  public func callAsFunction(
    _ x: Tensor, layer: Int, _ run: Run, _ tap: inout some Tap
  ) -> Tensor {
    let x = tap(Site(.residualPre, layer: layer), x)
    let seen = attentionNorm(x, .attention, layer: layer, run, &tap)
    let attended = tap(
      Site(.attentionOut, layer: layer), attention(seen, layer: layer, run, &tap))
    let input =
      mlpNorm.map { $0(x, .mlp, layer: layer, run, &tap) }
      ?? tap(Site(.mlpInput, layer: layer), seen)
    let fed = tap(Site(.mlpOut, layer: layer), feedForward(input, layer: layer, run, &tap))
    return tap(Site(.residualPost, layer: layer), x + attended + fed)
  }

  /// The sites the call visits, in order.
  public func sites(layer: Int) -> [Site] {
    [Site(.residualPre, layer: layer)] + attentionNorm.sites(.attention, layer: layer)
      + attention.sites(layer: layer) + [Site(.attentionOut, layer: layer)]
      + (mlpNorm?.sites(.mlp, layer: layer) ?? [Site(.mlpInput, layer: layer)])
      + feedForward.sites(layer: layer)
      + [Site(.mlpOut, layer: layer), Site(.residualPost, layer: layer)]
  }
}
