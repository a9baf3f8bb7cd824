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
  public var shape: ModelShape { configuration.decoder.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["olmo2"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let decoder: DecoderConfiguration
    let attentionBias: Bool

    /// Whether embedding and unembedding are one matrix.
    public var tied: Bool { decoder.tied }
  }
}

// MARK: - Configuration
extension OLMo2 {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    return Configuration(
      decoder: try DecoderKeys(epsilon: ("rms_norm_eps", 1e-5)).decode(&keys),
      attentionBias: try keys.bool("attention_bias", default: false))
  }
}

// MARK: - Weights
extension OLMo2 {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let common = configuration.decoder
    decoder = try weights.decoder(common, .rootMeanSquare) {
      name, _, weights throws(CheckpointError) in
      let (shape, epsilon) = (common.shape, common.epsilon)
      var heads = try weights.selfAttention(
        name + ".self_attn", shape, CausalAttention(scale: common.scale),
        biased: configuration.attentionBias)
      heads.queryNorm = HeadNormalization(
        try weights.norm(
          name + ".self_attn.q_norm", shape.queryWidth, .rootMeanSquare, epsilon: epsilon),
        over: .heads)
      heads.keyNorm = HeadNormalization(
        try weights.norm(
          name + ".self_attn.k_norm", shape.keyWidth, .rootMeanSquare, epsilon: epsilon),
        over: .heads)
      heads.rotary = 0
      var layer = SequentialLayer(
        attentionNorm: .none, attention: heads, mlpNorm: .none,
        feedForward: try weights.gatedMLP(name + ".mlp", common))
      layer.attentionPostNorm = try weights.norm(
        name + ".post_attention_layernorm", shape.width, .rootMeanSquare, epsilon: epsilon)
      layer.mlpPostNorm = try weights.norm(
        name + ".post_feedforward_layernorm", shape.width, .rootMeanSquare, epsilon: epsilon)
      return layer
    }
    self.configuration = configuration
    self.weights = names
  }
}
