// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// Mixtral: Mistral whose MLPs are mixtures of experts.
///
///     x′     = xₗ + Wo attention(rotary(Wq n), rotary(Wk n), Wv n),   n = rms(xₗ)
///     xₗ₊₁   = x′ + Σₑ wₑ expertₑ(m),   w = largest k of softmax(R m) / their sum,   m = rms(x′)
///     logits = rms(x_L) Uᵀ
///
/// - Source: Jiang et al. 2024 <https://arxiv.org/abs/2401.04088>.
/// - Reference: `transformers/models/mixtral/modeling_mixtral.py`.
public struct Mixtral: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["mixtral"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let rotary: RotaryEmbedding
    let activation: Activation
    let epsilon: Double
    let window: Int?
    let chosen: Int
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension Mixtral {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    var shape = try ModelShape(&keys)
    let older = try keys.positiveIfPresent("num_experts")
    shape.experts = try keys.positiveIfPresent("num_local_experts") ?? older ?? 8
    let chosen = try keys.positive("num_experts_per_tok", default: 2)
    try keys.require(
      chosen <= shape.experts, "num_experts_per_tok \(chosen) of \(shape.experts) experts")
    let rotary = RotaryConfiguration(defaultBase: 1_000_000)
    return Configuration(
      shape: shape, rotary: try rotary.decode(&keys, shape),
      activation: try keys.activation("hidden_act", default: "silu"),
      epsilon: try keys.epsilon("rms_norm_eps", default: 1e-5),
      window: try keys.positiveIfPresent("sliding_window"), chosen: chosen,
      tied: try keys.tied(default: false))
  }
}

// MARK: - Weights
extension Mixtral {
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
        feedForward: try Self.mixture(&weights, name + ".block_sparse_moe", configuration))
    }
    self.configuration = configuration
    self.weights = names
  }
}

extension Mixtral {
  private static func mixture(
    _ weights: inout Ledger<Weight>, _ name: String, _ configuration: Configuration
  ) throws(CheckpointError) -> any FeedForward {
    let shape = configuration.shape
    var experts: [GatedMLP] = []
    for index in 0..<shape.experts {
      let expert = name + ".experts.\(index)"
      experts.append(
        GatedMLP(
          gate: try weights.linear(expert + ".w1", outputs: shape.hiddenWidth, inputs: shape.width),
          up: try weights.linear(expert + ".w3", outputs: shape.hiddenWidth, inputs: shape.width),
          activation: configuration.activation,
          down: try weights.linear(
            expert + ".w2", outputs: shape.width, inputs: shape.hiddenWidth)))
    }
    return MixtureOfExperts(
      router: try weights.linear(name + ".gate", outputs: shape.experts, inputs: shape.width),
      experts: experts, chosen: configuration.chosen, renormalized: true)
  }
}
