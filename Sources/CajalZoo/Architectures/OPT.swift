// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
public import CajalTensor

/// OPT: learned positions and layer norms before (or, in the 350M model, after) attention and MLP;
/// embeddings may be narrower than the residual stream.
///
///     x₀     = Pin E[tokens] + P[positions + 2]
///     before:  x′ = xₗ + attention(norm(xₗ)),   xₗ₊₁ = x′ + W₂ f(W₁ norm′(x′))
///     after:   x′ = norm(xₗ + attention(xₗ)),   xₗ₊₁ = norm′(x′ + W₂ f(W₁ x′))
///     logits = E Pout norm(x_L)
///
/// The projections are the identity where the widths agree. `finalNormalized` is what the unembedding
/// sees: with a projection it is the projected value.
///
/// - Source: Zhang et al. 2022 <https://arxiv.org/abs/2205.01068>.
/// - Reference: `transformers/models/opt/modeling_opt.py`.
public struct OPT: Architecture {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  package let tokenEmbedding, positionEmbedding: Embedding
  package let projections: (input: Linear, output: Linear)?
  package let layers: [any DecoderLayer]
  package let finalNorm: Normalization
  package let unembedding: Linear

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["opt"]
  /// Prefixes of weight names that carry no meaning.
  public static let prefixes = ["model.decoder.", "decoder.", "model."]

  /// The reference looks positions up two rows further down.
  private static let positionOffset = 2
  /// PyTorch's default for LayerNorm, which the reference does not change.
  private static let epsilon: Double = 1e-5

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let activation: Activation
    let embeddingWidth: Int
    let normsBefore, finalNorm, biased, affineNorms: Bool
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Forward pass
extension OPT {
  /// Prepares a run: positions and rotary tables.
  public func begin(_ batch: TokenBatch, _ options: RunOptions) -> Run { Run(batch, options) }

  /// The residual stream before the first layer, [N, D].
  public func embed(_ run: Run, _ tap: inout some Tap) -> Tensor {
    let tokens = tokenEmbedding(run.batch.tokens, run)
    let projected = tap(Site(.tokenEmbedding), projections?.input(tokens, run) ?? tokens)
    let positions = positionEmbedding(
      run.positions.map { Int32($0 + Self.positionOffset) }, run)
    return projected + tap(Site(.positionEmbedding), positions)
  }

  /// One layer, [N, D] to [N, D].
  public func layer(_ index: Int, _ x: Tensor, _ run: Run, _ tap: inout some Tap) -> Tensor {
    layers[index](x, layer: index, run, &tap)
  }

  /// Logits, [N, V].
  public func unembed(_ x: Tensor, _ run: Run, _ tap: inout some Tap) -> Tensor {
    let x = tap(Site(.finalResidual), x)
    guard let projections else {
      return tap(Site(.logits), unembedding(finalNorm(x, .final, run, &tap), run))
    }
    var watched = ScaleTap(tap)
    let normalized = finalNorm(x, .final, run, &watched)
    tap = watched.inner
    let seen = tap(Site(.finalNormalized), projections.output(normalized, run))
    return tap(Site(.logits), unembedding(seen, run))
  }

  /// Hands on the norm's denominator alone: the norm's output is not what the unembedding sees.
  private struct ScaleTap<Inner: Tap>: Tap {
    var inner: Inner
    init(_ inner: Inner) { self.inner = inner }
    func wants(_ site: Site) -> Bool { site.name == .finalNormScale && inner.wants(site) }
    mutating func callAsFunction(_ site: Site, _ value: Tensor) -> Tensor {
      site.name == .finalNormScale ? inner(site, value) : value
    }
  }

  /// The sites of a forward pass, in order.
  public var sites: [Site] {
    [Site(.tokenEmbedding), Site(.positionEmbedding)]
      + layers.enumerated().flatMap { $0.element.sites(layer: $0.offset) }
      + [Site(.finalResidual)] + finalNorm.sites(.final) + [Site(.logits)]
  }

  /// How a layer's outputs add up.
  public var residualIdentity: ResidualIdentity { layers.first?.identity ?? .sequential }

  /// A layer whose norms stand after the sums.
  package struct PostNormLayer: DecoderLayer {
    package let attention: SelfAttention
    package let attentionNorm: Normalization
    package let feedForward: MLP
    package let mlpNorm: Normalization

    package var identity: ResidualIdentity { .normalizedSum }

    package func callAsFunction(
      _ x: Tensor, layer: Int, _ run: Run, _ tap: inout some Tap
    ) -> Tensor {
      var x = tap(Site(.residualPre, layer: layer), x)
      let seen = tap(Site(.attentionInput, layer: layer), x.joined)
      let attended = attention(seen, layer: layer, run, &tap)
      x = attentionNorm(x + tap(Site(.attentionOut, layer: layer), attended), run)
      x = tap(Site(.residualMid, layer: layer), x)
      let fed = feedForward(tap(Site(.mlpInput, layer: layer), x.joined), layer: layer, run, &tap)
      x = mlpNorm(x + tap(Site(.mlpOut, layer: layer), fed), run)
      return tap(Site(.residualPost, layer: layer), x)
    }

    package func sites(layer: Int) -> [Site] {
      [Site(.residualPre, layer: layer), Site(.attentionInput, layer: layer)]
        + attention.sites(layer: layer)
        + [.attentionOut, .residualMid, .mlpInput].map { Site($0, layer: layer) }
        + feedForward.sites(layer: layer) + [.mlpOut, .residualPost].map { Site($0, layer: layer) }
    }
  }
}

// MARK: - Configuration
extension OPT {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let (width, heads) = (
      try keys.positive("hidden_size"), try keys.positive("num_attention_heads")
    )
    try keys.require(
      width % heads == 0, "hidden_size \(width) is not a multiple of \(heads) heads")
    let shape = ModelShape(
      layers: try keys.layerCount("num_hidden_layers"), width: width, heads: heads,
      headWidth: width / heads, hiddenWidth: try keys.positive("ffn_dim"),
      vocabulary: try keys.positive("vocab_size"),
      context: try keys.positive("max_position_embeddings", default: 2048), contextIsLimit: true)
    let before = try keys.bool("do_layer_norm_before", default: true)
    let removed = try keys.bool("_remove_final_layer_norm", default: false)
    return Configuration(
      shape: shape, activation: try keys.activation("activation_function", default: "relu"),
      embeddingWidth: try keys.positiveIfPresent("word_embed_proj_dim") ?? width,
      normsBefore: before, finalNorm: before && !removed,
      biased: try keys.bool("enable_bias", default: true),
      affineNorms: try keys.bool("layer_norm_elementwise_affine", default: true),
      tied: try keys.tied(default: true))
  }
}

// MARK: - Weights
extension OPT {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let shape = configuration.shape
    let (D, narrow) = (shape.width, configuration.embeddingWidth)
    tokenEmbedding = try weights.embedding(
      "embed_tokens.weight", rows: shape.vocabulary, width: narrow)
    positionEmbedding = try weights.embedding(
      "embed_positions.weight", rows: shape.context + Self.positionOffset, width: D)
    projections =
      narrow == D
      ? nil
      : (
        try weights.linear("project_in", outputs: D, inputs: narrow),
        try weights.linear("project_out", outputs: narrow, inputs: D)
      )
    var layers: [any DecoderLayer] = []
    for index in 0..<shape.layers {
      layers.append(try Self.layer(&weights, "layers.\(index)", configuration))
    }
    self.layers = layers
    finalNorm =
      configuration.finalNorm ? try Self.norm(&weights, "final_layer_norm", configuration) : .none
    unembedding = try weights.unembedding(
      "lm_head", tiedTo: configuration.tied ? tokenEmbedding : nil, rows: shape.vocabulary,
      width: narrow)
    self.configuration = configuration
    self.weights = names
  }

  private static func layer(
    _ weights: inout Ledger<Weight>, _ name: String, _ configuration: Configuration
  ) throws(CheckpointError) -> any DecoderLayer {
    let (shape, biased) = (configuration.shape, configuration.biased)
    let (D, F, heads) = (shape.width, shape.hiddenWidth, name + ".self_attn")
    let attention = SelfAttention(
      query: try weights.linear(heads + ".q_proj", outputs: D, inputs: D, biased: biased),
      key: try weights.linear(heads + ".k_proj", outputs: D, inputs: D, biased: biased),
      value: try weights.linear(heads + ".v_proj", outputs: D, inputs: D, biased: biased),
      output: try weights.linear(heads + ".out_proj", outputs: D, inputs: D, biased: biased),
      heads: (shape.heads, shape.heads),
      attention: CausalAttention(scale: 1 / Float(shape.headWidth).squareRoot()))
    let mlp = MLP(
      up: try weights.linear(name + ".fc1", outputs: F, inputs: D, biased: biased),
      activation: configuration.activation,
      down: try weights.linear(name + ".fc2", outputs: D, inputs: F, biased: biased))
    let attentionNorm = try norm(&weights, name + ".self_attn_layer_norm", configuration)
    let mlpNorm = try norm(&weights, name + ".final_layer_norm", configuration)
    if configuration.normsBefore {
      return SequentialLayer(
        attentionNorm: attentionNorm, attention: attention, mlpNorm: mlpNorm,
        feedForward: mlp)
    }
    return PostNormLayer(
      attention: attention, attentionNorm: attentionNorm, feedForward: mlp, mlpNorm: mlpNorm)
  }

  private static func norm(
    _ weights: inout Ledger<Weight>, _ name: String, _ configuration: Configuration
  ) throws(CheckpointError) -> Normalization {
    configuration.affineNorms
      ? try weights.norm(
        name, configuration.shape.width, .layerNorm, epsilon: epsilon)
      : Normalization(.layerNorm, epsilon: epsilon)
  }
}
