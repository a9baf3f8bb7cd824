// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// Gemma: Llama with scaled embeddings, gains counted from one and a GELU gate.
///
///     x₀     = E[tokens] · √D
///     x′     = xₗ + Wo attention(rotary(Wq n), rotary(Wk n), Wv n),   n = rms(xₗ) · (1 + g)
///     xₗ₊₁   = x′ + Wd (gelu(Wg m) · Wu m),                           m = rms(x′) · (1 + g′)
///     logits = rms(x_L) (1 + g″) Uᵀ
///
/// - Source: Gemma Team 2024 <https://arxiv.org/abs/2403.08295>.
/// - Reference: `transformers/models/gemma/modeling_gemma.py`.
public struct Gemma: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["gemma"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let rotary: RotaryEmbedding
    let activation: Activation
    let epsilon: Double
    let attentionBias: Bool
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension Gemma {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let shape = try ModelShape(&keys, headWidth: 256)
    // Two names are in use; under the first the reference reads an exact GELU as its tanh form.
    let named = try keys.activation("hidden_act", default: "gelu_pytorch_tanh")
    let activation = named == .geluExact ? .geluTanh : named
    if let other = try keys.activationIfPresent("hidden_activation") {
      try keys.require(other == activation, "hidden_act and hidden_activation contradict")
    }
    try keys.expect("use_bidirectional_attention", equals: .bool(false))
    return Configuration(
      shape: shape, rotary: try RotaryConfiguration().decode(&keys, shape),
      activation: activation,
      epsilon: try keys.epsilon("rms_norm_eps", default: 1e-6),
      attentionBias: try keys.bool("attention_bias", default: false),
      tied: try keys.tied(default: true))
  }
}

// MARK: - Weights
extension Gemma {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let (shape, epsilon) = (configuration.shape, configuration.epsilon)
    let scale = 1 / Float(shape.headWidth).squareRoot()
    var decoder = try weights.decoder(
      shape, rotary: [configuration.rotary], tied: configuration.tied
    ) { weights throws(CheckpointError) in
      try weights.zeroCentredNorm("norm", shape.width, epsilon: epsilon)
    } layer: { index, weights throws(CheckpointError) in
      let name = "layers.\(index)"
      var heads = try weights.selfAttention(
        name + ".self_attn", shape, CausalAttention(scale: scale),
        biased: configuration.attentionBias)
      heads.rotary = 0
      return SequentialLayer(
        attentionNorm: try weights.zeroCentredNorm(
          name + ".input_layernorm", shape.width, epsilon: epsilon),
        attention: heads,
        mlpNorm: try weights.zeroCentredNorm(
          name + ".post_attention_layernorm", shape.width, epsilon: epsilon),
        feedForward: try weights.gatedMLP(
          name + ".mlp", width: shape.width, hidden: shape.hiddenWidth,
          configuration.activation))
    }
    decoder.tokenScale = Float(shape.width).squareRoot()
    self.decoder = decoder
    self.configuration = configuration
    self.weights = names
  }
}
