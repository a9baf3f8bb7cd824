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
  public var shape: ModelShape { configuration.decoder.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["gemma2"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let decoder: DecoderConfiguration
    let scale: Float
    let windows: [Int?]
    let scoreCap, logitCap: Float?
    let attentionBias: Bool

    /// Whether embedding and unembedding are one matrix.
    public var tied: Bool { decoder.tied }
  }
}

// MARK: - Configuration
extension Gemma2 {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let decoder = try DecoderKeys.gemma.decode(&keys)
    let window = try keys.positiveIfPresent("sliding_window") ?? 4096
    try keys.expect("use_bidirectional_attention", equals: .bool(false))
    return Configuration(
      decoder: decoder, scale: try keys.gemmaScale(),
      windows: try keys.slidingLayers(decoder.shape.layers) { $0 % 2 == 0 }
        .map { $0 ? window : nil },
      scoreCap: try keys.cap("attn_logit_softcapping", default: 50),
      logitCap: try keys.cap("final_logit_softcapping", default: 30),
      attentionBias: try keys.bool("attention_bias", default: false))
  }
}

// MARK: - Weights
extension Gemma2 {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let common = configuration.decoder
    var decoder = try weights.decoder(common, .zeroCentred) {
      name, index, weights throws(CheckpointError) in
      let attention = CausalAttention(
        scale: configuration.scale, window: configuration.windows[index],
        cap: configuration.scoreCap)
      var heads = try weights.selfAttention(
        name + ".self_attn", common.shape, attention, biased: configuration.attentionBias)
      heads.rotary = 0
      return try weights.sandwichLayer(name, common, heads)
    }
    decoder.tokenScale = Float(common.shape.width).squareRoot()
    decoder.logitCap = configuration.logitCap
    self.decoder = decoder
    self.configuration = configuration
    self.weights = names
  }
}

// MARK: - Shared with Gemma 3
extension DecoderKeys {
  /// Gemma's words since its second version.
  static let gemma: DecoderKeys = {
    var keys = DecoderKeys(headWidth: 256, activation: "gelu_pytorch_tanh", tied: true)
    keys.activationKey = "hidden_activation"
    return keys
  }()
}

extension Ledger where Value == ConfigurationValue {
  /// What attention scores are multiplied by: 1/√query_pre_attn_scalar.
  mutating func gemmaScale() throws(CheckpointError) -> Float {
    excuse("hidden_act", because: "hidden_activation is the key this family reads")
    let key = "query_pre_attn_scalar"
    return 1 / (try divisor(key, positiveNumber(key, default: 256))).squareRoot()
  }

  /// A soft cap: absent means the family's default, null none.
  mutating func cap(_ key: String, default fallback: Float?) throws(CheckpointError) -> Float? {
    guard has(key) else { return fallback }
    guard let value = try numberIfPresent(key) else { return nil }
    return try divisor(key, value)
  }
}

extension Ledger where Value == Weight {
  /// A layer with norms on both sides of attention and MLP.
  mutating func sandwichLayer(
    _ name: String, _ common: DecoderConfiguration, _ attention: SelfAttention
  ) throws(CheckpointError) -> SequentialLayer {
    let (D, epsilon) = (common.shape.width, common.epsilon)
    var layer = SequentialLayer(
      attentionNorm: try norm(name + ".input_layernorm", D, .zeroCentred, epsilon: epsilon),
      attention: attention,
      mlpNorm: try norm(name + ".pre_feedforward_layernorm", D, .zeroCentred, epsilon: epsilon),
      feedForward: try gatedMLP(name + ".mlp", common))
    layer.attentionPostNorm = try norm(
      name + ".post_attention_layernorm", D, .zeroCentred, epsilon: epsilon)
    layer.mlpPostNorm = try norm(
      name + ".post_feedforward_layernorm", D, .zeroCentred, epsilon: epsilon)
    return layer
  }
}
