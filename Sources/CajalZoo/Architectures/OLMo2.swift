// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// OLMo 2: norms stand behind attention and MLP instead of before them, and on queries and keys.
///
///     x′     = xₗ + rms(Wo attention(rotary(rms(Wq xₗ)), rotary(rms(Wk xₗ)), Wv xₗ))
///     xₗ₊₁   = x′ + rms(Wd (f(Wg x′) · Wu x′))
///     logits = rms(x_L) Uᵀ
///
/// The norms of queries and keys run over all heads together.
///
/// - Source: OLMo Team 2024 <https://arxiv.org/abs/2501.00656>.
/// - Reference: `transformers/models/olmo2/modeling_olmo2.py`.
public struct OLMo2: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["olmo2"]

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
extension OLMo2 {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let shape = try ModelShape(&keys)
    return Configuration(
      shape: shape, rotary: try RotaryConfiguration().decode(&keys, shape),
      activation: try keys.activation("hidden_act", default: "silu"),
      epsilon: try keys.epsilon("rms_norm_eps", default: 1e-5),
      attentionBias: try keys.bool("attention_bias", default: false),
      tied: try keys.tied(default: false))
  }
}

// MARK: - Weights
extension OLMo2 {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let (shape, epsilon) = (configuration.shape, configuration.epsilon)
    let scale = 1 / Float(shape.headWidth).squareRoot()
    decoder = try weights.decoder(
      shape, rotary: [configuration.rotary], tied: configuration.tied
    ) { weights throws(CheckpointError) in
      try weights.rootMeanSquare("norm", shape.width, epsilon: epsilon)
    } layer: { index, weights throws(CheckpointError) in
      let name = "layers.\(index)"
      var heads = try weights.selfAttention(
        name + ".self_attn", shape, CausalAttention(scale: scale),
        biased: configuration.attentionBias)
      heads.queryNorm = HeadNormalization(
        try weights.rootMeanSquare(
          name + ".self_attn.q_norm", shape.queryWidth, epsilon: epsilon), over: .heads)
      heads.keyNorm = HeadNormalization(
        try weights.rootMeanSquare(
          name + ".self_attn.k_norm", shape.keyWidth, epsilon: epsilon), over: .heads)
      heads.rotary = 0
      var layer = SequentialLayer(
        attentionNorm: .none, attention: heads, mlpNorm: .none,
        feedForward: try weights.gatedMLP(
          name + ".mlp", width: shape.width, hidden: shape.hiddenWidth,
          configuration.activation))
      layer.attentionPostNorm = try weights.rootMeanSquare(
        name + ".post_attention_layernorm", shape.width, epsilon: epsilon)
      layer.mlpPostNorm = try weights.rootMeanSquare(
        name + ".post_feedforward_layernorm", shape.width, epsilon: epsilon)
      return layer
    }
    self.configuration = configuration
    self.weights = names
  }
}
