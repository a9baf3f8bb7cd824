// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// Qwen3: Llama with a norm on each head's queries and keys.
///
///     x′     = xₗ + Wo attention(rotary(rms(Wq n)), rotary(rms(Wk n)), Wv n),   n = rms(xₗ)
///     xₗ₊₁   = x′ + Wd (f(Wg m) · Wu m),                                        m = rms(x′)
///     logits = rms(x_L) Uᵀ
///
/// - Source: Yang et al. 2025 <https://arxiv.org/abs/2505.09388>.
/// - Reference: `transformers/models/qwen3/modeling_qwen3.py`.
public struct Qwen3: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["qwen3"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let rotary: RotaryEmbedding
    let activation: Activation
    let epsilon: Double
    let windows: [Int?]
    let attentionBias: Bool
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension Qwen3 {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let shape = try ModelShape(&keys, headWidth: 128)
    return Configuration(
      shape: shape, rotary: try RotaryConfiguration().decode(&keys, shape),
      activation: try keys.activation("hidden_act", default: "silu"),
      epsilon: try keys.epsilon("rms_norm_eps", default: 1e-6),
      windows: try keys.qwenWindows(shape.layers),
      attentionBias: try keys.bool("attention_bias", default: false),
      tied: try keys.tied(default: false))
  }
}

// MARK: - Weights
extension Qwen3 {
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
      let attention = CausalAttention(scale: scale, window: configuration.windows[index])
      let heads = try weights.normedAttention(
        name + ".self_attn", shape, attention, epsilon: epsilon,
        biased: configuration.attentionBias)
      return SequentialLayer(
        attentionNorm: try weights.rootMeanSquare(
          name + ".input_layernorm", shape.width, epsilon: epsilon),
        attention: heads,
        mlpNorm: try weights.rootMeanSquare(
          name + ".post_attention_layernorm", shape.width, epsilon: epsilon),
        feedForward: try weights.gatedMLP(
          name + ".mlp", width: shape.width, hidden: shape.hiddenWidth,
          configuration.activation))
    }
    self.configuration = configuration
    self.weights = names
  }
}

extension Ledger where Value == Weight {
  /// Attention with a root-mean-square norm on each head's queries and keys, as Qwen3 has it.
  mutating func normedAttention(
    _ name: String, _ shape: ModelShape, _ attention: CausalAttention, epsilon: Double, biased: Bool
  ) throws(CheckpointError) -> SelfAttention {
    var heads = try selfAttention(name, shape, attention, biased: biased)
    heads.queryNorm = HeadNormalization(
      try rootMeanSquare(name + ".q_norm", shape.headWidth, epsilon: epsilon), over: .head)
    heads.keyNorm = HeadNormalization(
      try rootMeanSquare(name + ".k_norm", shape.headWidth, epsilon: epsilon), over: .head)
    heads.rotary = 0
    return heads
  }
}
