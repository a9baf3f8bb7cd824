// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// The frame most language models share: embeddings, layers, a final norm, an unembedding.
///
///     x₀     = E[tokens] · s (+ P[positions])
///     xₗ₊₁   = layerₗ(xₗ)
///     logits = cap(norm(x_L) Uᵀ)
public struct TransformerDecoder: Sendable {
  /// E, [V, D].
  public let tokenEmbedding: Embedding
  /// s, nil for 1.
  public var tokenScale: Float?
  /// P, [context, D], nil without learned positions.
  public var positionEmbedding: Embedding?
  /// Made for each run, in this order.
  public let rotary: [RotaryEmbedding]
  /// The layers, first to last.
  public let layers: [any DecoderLayer]
  /// After the last layer.
  public let finalNorm: Normalization
  /// U, [V, D].
  public let unembedding: Linear
  /// c in c tanh(logits / c), nil without.
  public var logitCap: Float?

  /// A decoder of the given parts.
  public init(
    tokenEmbedding: Embedding, rotary: [RotaryEmbedding] = [], layers: [any DecoderLayer],
    finalNorm: Normalization, unembedding: Linear
  ) {
    self.tokenEmbedding = tokenEmbedding
    self.rotary = rotary
    self.layers = layers
    self.finalNorm = finalNorm
    self.unembedding = unembedding
  }

  /// The residual stream before the first layer, [N, D].
  public func embed(_ run: Run, _ tap: inout some Tap) -> Tensor {
    var x = tokenEmbedding(run.batch.tokens, run)
    if let tokenScale { x = x * tokenScale }
    x = tap(Site(.tokenEmbedding), x)
    guard let positionEmbedding else { return x }
    return x
      + tap(Site(.positionEmbedding), positionEmbedding(run.positions.map { Int32($0) }, run))
  }

  /// Logits, [N, V].
  public func unembed(_ x: Tensor, _ run: Run, _ tap: inout some Tap) -> Tensor {
    let x = finalNorm(tap(Site(.finalResidual), x), .final, run, &tap)
    let logits = unembedding(x, run)
    return tap(Site(.logits), logitCap.map { logits.softCapped($0) } ?? logits)
  }

  /// The sites of a forward pass, in order.
  public var sites: [Site] {
    [Site(.tokenEmbedding)] + (positionEmbedding == nil ? [] : [Site(.positionEmbedding)])
      + layers.enumerated().flatMap { $0.element.sites(layer: $0.offset) }
      + [Site(.finalResidual)] + finalNorm.sites(.final) + [Site(.logits)]
  }
}

/// A model that is a decoder: its forward pass is the decoder's.
public protocol DecoderModel: LanguageModel {
  /// The assembled parts.
  var decoder: TransformerDecoder { get }
}

extension DecoderModel {
  /// The sites of a forward pass, in order.
  public var sites: [Site] { decoder.sites }

  /// How a layer's outputs add up.
  public var residualIdentity: ResidualIdentity { decoder.layers.first?.identity ?? .sequential }

  /// Prepares a run: positions and rotary tables.
  public func begin(_ batch: TokenBatch, _ options: RunOptions) -> Run {
    Run(batch, options, rotary: decoder.rotary)
  }

  /// The residual stream before the first layer, [N, D].
  public func embed(_ run: Run, _ tap: inout some Tap) -> Tensor { decoder.embed(run, &tap) }

  /// One layer, [N, D] to [N, D].
  public func layer(_ index: Int, _ x: Tensor, _ run: Run, _ tap: inout some Tap) -> Tensor {
    decoder.layers[index](x, layer: index, run, &tap)
  }

  /// Logits, [N, V].
  public func unembed(_ x: Tensor, _ run: Run, _ tap: inout some Tap) -> Tensor {
    decoder.unembed(x, run, &tap)
  }
}
