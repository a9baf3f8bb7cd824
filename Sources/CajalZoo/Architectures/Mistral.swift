// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// Mistral: Llama whose attention may see back no further than a window.
///
///     x′     = xₗ + Wo attention(rotary(Wq n), rotary(Wk n), Wv n),   n = rms(xₗ), window w
///     xₗ₊₁   = x′ + Wd (f(Wg m) · Wu m),                              m = rms(x′)
///     logits = rms(x_L) Uᵀ
///
/// - Source: Jiang et al. 2023 <https://arxiv.org/abs/2310.06825>.
/// - Reference: `transformers/models/mistral/modeling_mistral.py`.
public struct Mistral: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["mistral"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let rotary: RotaryEmbedding
    let activation: Activation
    let epsilon: Double
    let window: Int?
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension Mistral {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let shape = try ModelShape(&keys)
    return Configuration(
      shape: shape, rotary: try RotaryConfiguration().decode(&keys, shape),
      activation: try keys.activation("hidden_act", default: "silu"),
      epsilon: try keys.epsilon("rms_norm_eps", default: 1e-6),
      window: try keys.positiveIfPresent("sliding_window"), tied: try keys.tied(default: false))
  }
}

// MARK: - Weights
extension Mistral {
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
        name + ".self_attn", shape, CausalAttention(scale: scale, window: configuration.window))
      heads.rotary = 0
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
