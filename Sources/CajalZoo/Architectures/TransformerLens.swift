// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
public import CajalTensor

/// A state dictionary of TransformerLens's HookedTransformer with its configuration beside it: the
/// models that research code trains, with or without norms, MLPs and biases.
///
///     x₀     = W_E[tokens] + W_pos[positions]          (or rotary positions)
///     x′     = xₗ + Σₕ attentionₕ(norm(xₗ)) W_Oₕ + b_O
///     xₗ₊₁   = x′ + f(norm(x′) W_in + b_in) W_out + b_out   (side by side: norm(xₗ))
///     logits = norm(x_L) W_U + b_U
///
/// A configuration is `HookedTransformerConfig.to_dict()` as JSON; `model_type` may be added.
///
/// - Source: Nanda & Bloom 2022 <https://github.com/TransformerLensOrg/TransformerLens>.
/// - Reference: `transformer_lens/components`.
public struct TransformerLens: Architecture {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  package let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["HookedTransformer"]
  /// Prefixes of weight names that carry no meaning.
  public static let prefixes: [String] = []

  /// What the configuration says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let nonlinearity: Nonlinearity
    let epsilon: Double
    let norm: Norm
    let attentionOnly, gated, parallel: Bool
    let rotary: RotaryEmbedding?
    /// What the scores of each layer are multiplied by.
    let scales: [Float]
    /// The window of each layer.
    let windows: [Int?]
    let scoreCap, logitCap: Float?
  }

  /// Which norm, and whether it has parameters.
  struct Norm {
    var kind = Normalization.Kind.none
    var hasParameters = false
  }
}

// MARK: - Forward pass
extension TransformerLens {
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

  /// A layer without MLP.
  package struct AttentionLayer: DecoderLayer {
    package let norm: Normalization
    package let attention: SelfAttention

    package var identity: ResidualIdentity { .attentionOnly }

    package func callAsFunction(_ x: Tensor, layer: Int, _ run: Run, _ tap: inout some Tap)
      -> Tensor
    {
      let x = tap(Site(.residualPre, layer: layer), x)
      let seen = norm(x, .attention, layer: layer, run, &tap)
      let attended = tap(
        Site(.attentionOut, layer: layer), attention(seen, layer: layer, run, &tap))
      return tap(Site(.residualPost, layer: layer), x + attended)
    }

    package func sites(layer: Int) -> [Site] {
      [Site(.residualPre, layer: layer)] + norm.sites(.attention, layer: layer)
        + attention.sites(layer: layer)
        + [Site(.attentionOut, layer: layer), Site(.residualPost, layer: layer)]
    }
  }
}

// MARK: - Weights
extension TransformerLens {
  /// Excuses tensors that carry nothing for a forward pass.
  public static func excuse(_ weights: inout Ledger<Weight>) {
    weights.excuse(
      where: { $0.hasSuffix(".attn.mask") || $0.hasSuffix(".attn.IGNORE") },
      because: "a mask buffer; causality belongs to the architecture")
    weights.excuse(
      where: { $0.hasSuffix(".attn.rotary_sin") || $0.hasSuffix(".attn.rotary_cos") },
      because: "rotary tables are computed from the configuration")
  }

  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let shape = configuration.shape
    let tokens = try weights.embedding(
      "embed.W_E", rows: shape.vocabulary, width: shape.width)
    let positions =
      configuration.rotary == nil
      ? try weights.embedding("pos_embed.W_pos", rows: shape.context, width: shape.width) : nil
    var layers: [any DecoderLayer] = []
    for index in 0..<shape.layers {
      layers.append(try Self.layer(&weights, index, configuration))
    }
    let finalNorm = try weights.lensNorm(
      "ln_final", configuration.norm, shape.width, epsilon: configuration.epsilon)
    let bias = weights.has("unembed.b_U") ? try weights.take("unembed.b_U", [shape.answers]) : nil
    let unembedding = try Linear(
      weights.take("unembed.W_U", [shape.width, shape.answers]), layout: .inputsFirst,
      bias: bias)
    var decoder = TransformerDecoder(
      tokenEmbedding: tokens, rotary: configuration.rotary.map { [$0] } ?? [], layers: layers,
      finalNorm: finalNorm, unembedding: unembedding)
    decoder.positionEmbedding = positions
    decoder.logitCap = configuration.logitCap
    self.decoder = decoder
    self.configuration = configuration
    self.weights = names
  }

  private static func layer(
    _ weights: inout Ledger<Weight>, _ index: Int, _ configuration: Configuration
  ) throws(CheckpointError) -> any DecoderLayer {
    let name = "blocks.\(index)"
    let (norm, D, epsilon) = (configuration.norm, configuration.shape.width, configuration.epsilon)
    let attentionNorm = try weights.lensNorm(name + ".ln1", norm, D, epsilon: epsilon)
    let attention = try attention(&weights, name + ".attn", index, configuration)
    if configuration.attentionOnly {
      return AttentionLayer(norm: attentionNorm, attention: attention)
    }
    // Parallel blocks share the first norm unless the file has a second.
    let shared = configuration.parallel && !weights.has(name + ".ln2.w")
    let mlpNorm =
      shared ? nil : try weights.lensNorm(name + ".ln2", norm, D, epsilon: epsilon)
    let mlp = try feedForward(&weights, name + ".mlp", configuration)
    if configuration.parallel {
      return ParallelLayer(
        attentionNorm: attentionNorm, attention: attention, mlpNorm: mlpNorm, feedForward: mlp)
    }
    return SequentialLayer(
      attentionNorm: attentionNorm, attention: attention, mlpNorm: mlpNorm ?? .none,
      feedForward: mlp)
  }

  private static func attention(
    _ weights: inout Ledger<Weight>, _ name: String, _ index: Int, _ configuration: Configuration
  ) throws(CheckpointError) -> SelfAttention {
    let shape = configuration.shape
    let (D, H, K) = (shape.width, shape.heads, shape.headWidth)
    let grouped = shape.keyValueHeads != shape.heads
    func projection(
      _ letter: String, _ heads: Int, _ stored: String
    ) throws(CheckpointError) -> Linear {
      let bias = try weights.lensBias(name + "." + stored.replacing("W", with: "b"), [heads, K])
      return try Linear(
        weights.take(name + "." + stored, [heads, D, K]), layout: .headsFirst, bias: bias)
    }
    var attention = SelfAttention(
      query: try projection("Q", H, "W_Q"),
      key: try projection("K", shape.keyValueHeads, grouped ? "_W_K" : "W_K"),
      value: try projection("V", shape.keyValueHeads, grouped ? "_W_V" : "W_V"),
      output: try Linear(
        weights.take(name + ".W_O", [H, K, D]), layout: .inputsFirst,
        bias: weights.lensBias(name + ".b_O", [D])),
      heads: (H, shape.keyValueHeads),
      attention: CausalAttention(
        scale: configuration.scales[index], window: configuration.windows[index],
        cap: configuration.scoreCap))
    attention.rotary = configuration.rotary == nil ? nil : 0
    return attention
  }
}

extension Ledger where Value == Weight {
  /// A bias where the file has one.
  mutating func lensBias(
    _ name: String, _ shape: [Int]
  ) throws(CheckpointError) -> Weight? {
    has(name) ? try take(name, shape) : nil
  }

  /// A norm below `name`, with or without parameters.
  mutating func lensNorm(
    _ name: String, _ norm: TransformerLens.Norm, _ width: Int, epsilon: Double
  ) throws(CheckpointError) -> Normalization {
    guard norm.hasParameters else { return Normalization(norm.kind, epsilon: epsilon) }
    return Normalization(
      norm.kind, gain: try parameter(name + ".w", width),
      bias: norm.kind == .layerNorm ? try parameter(name + ".b", width) : nil, epsilon: epsilon)
  }
}
