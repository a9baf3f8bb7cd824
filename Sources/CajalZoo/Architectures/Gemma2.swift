// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// Gemma 2: Gemma with norms on both sides of attention and MLP, soft caps, and a window in every
/// other layer.
///
///     x₀     = E[tokens] · √D
///     x′     = xₗ + rms(Wo attention(rotary(Wq n), rotary(Wk n), Wv n)),   n = rms(xₗ)
///     xₗ₊₁   = x′ + rms(Wd (gelu(Wg m) · Wu m)),                           m = rms(x′)
///     logits = c tanh(rms(x_L) Uᵀ / c)
///
/// with attention scores capped alike and divided by √(query_pre_attn_scalar); gains count from one.
///
/// - Source: Gemma Team 2024 <https://arxiv.org/abs/2408.00118>.
/// - Reference: `transformers/models/gemma2/modeling_gemma2.py`.
public struct Gemma2: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["gemma2"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let rotary: RotaryEmbedding
    let activation: Activation
    let epsilon: Double
    let scale: Float
    let windows: [Int?]
    let scoreCap, logitCap: Float?
    let attentionBias: Bool
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension Gemma2 {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let shape = try ModelShape(&keys, headWidth: 256)
    let window = try keys.positiveIfPresent("sliding_window") ?? 4096
    try keys.expect("use_bidirectional_attention", equals: .bool(false))
    try keys.excuseHybridCache()
    return Configuration(
      shape: shape, rotary: try RotaryConfiguration().decode(&keys, shape),
      activation: try keys.gemmaActivation(),
      epsilon: try keys.epsilon("rms_norm_eps", default: 1e-6),
      scale: try keys.gemmaScale(),
      windows: try keys.slidingLayers(shape.layers) { $0 % 2 == 0 }.map { $0 ? window : nil },
      scoreCap: try keys.cap("attn_logit_softcapping", default: 50),
      logitCap: try keys.cap("final_logit_softcapping", default: 30),
      attentionBias: try keys.bool("attention_bias", default: false),
      tied: try keys.tied(default: true))
  }
}

// MARK: - Weights
extension Gemma2 {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let (shape, epsilon) = (configuration.shape, configuration.epsilon)
    var decoder = try weights.decoder(
      shape, rotary: [configuration.rotary], tied: configuration.tied
    ) { weights throws(CheckpointError) in
      try weights.zeroCentredNorm("norm", shape.width, epsilon: epsilon)
    } layer: { index, weights throws(CheckpointError) in
      let name = "layers.\(index)"
      let attention = CausalAttention(
        scale: configuration.scale, window: configuration.windows[index],
        cap: configuration.scoreCap)
      var heads = try weights.selfAttention(
        name + ".self_attn", shape, attention, biased: configuration.attentionBias)
      heads.rotary = 0
      var layer = SequentialLayer(
        attentionNorm: try weights.zeroCentredNorm(
          name + ".input_layernorm", shape.width, epsilon: epsilon),
        attention: heads,
        mlpNorm: try weights.zeroCentredNorm(
          name + ".pre_feedforward_layernorm", shape.width, epsilon: epsilon),
        feedForward: try weights.gatedMLP(
          name + ".mlp", width: shape.width, hidden: shape.hiddenWidth,
          configuration.activation))
      layer.attentionPostNorm = try weights.zeroCentredNorm(
        name + ".post_attention_layernorm", shape.width, epsilon: epsilon)
      layer.mlpPostNorm = try weights.zeroCentredNorm(
        name + ".post_feedforward_layernorm", shape.width, epsilon: epsilon)
      return layer
    }
    decoder.tokenScale = Float(shape.width).squareRoot()
    decoder.logitCap = configuration.logitCap
    self.decoder = decoder
    self.configuration = configuration
    self.weights = names
  }
}

// MARK: - Shared with Gemma 3
extension Ledger where Value == ConfigurationValue {
  /// The gate's nonlinearity; files name it `hidden_activation`, older ones `hidden_act` beside it.
  mutating func gemmaActivation() throws(CheckpointError) -> Activation {
    excuse("hidden_act", because: "hidden_activation is the key this family reads")
    return try activation("hidden_activation", default: "gelu_pytorch_tanh")
  }

  /// A soft cap: absent means the family's default, null none.
  mutating func cap(_ key: String, default fallback: Float?) throws(CheckpointError) -> Float? {
    guard has(key) else { return fallback }
    guard let value = try numberIfPresent(key) else { return nil }
    return try divisor(key, value)
  }

  /// 1 / √scalar, what scores are multiplied by.
  mutating func gemmaScale() throws(CheckpointError) -> Float {
    let key = "query_pre_attn_scalar"
    return 1 / (try divisor(key, positiveNumber(key, default: 256))).squareRoot()
  }

  mutating func excuseHybridCache() throws(CheckpointError) {
    excuse("cache_implementation", because: "how keys and values are kept is the caller's choice")
  }
}
