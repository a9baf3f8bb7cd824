// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// Qwen3 MoE: Qwen3 whose MLPs are mixtures of experts in most layers.
///
///     x′     = xₗ + Wo attention(rotary(rms(Wq n)), rotary(rms(Wk n)), Wv n),   n = rms(xₗ)
///     xₗ₊₁   = x′ + Σₑ wₑ expertₑ(m),   w = largest k of softmax(R m),          m = rms(x′)
///     logits = rms(x_L) Uᵀ
///
/// - Source: Yang et al. 2025 <https://arxiv.org/abs/2505.09388>.
/// - Reference: `transformers/models/qwen3_moe/modeling_qwen3_moe.py`.
public struct Qwen3MoE: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["qwen3_moe"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let rotary: RotaryEmbedding
    let activation: Activation
    let epsilon: Double
    let window: Int?
    /// Which layers are mixtures.
    let isMixture: [Bool]
    /// The hidden width of the layers that are not.
    let denseWidth: Int
    let chosen: Int
    let renormalized, attentionBias: Bool
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension Qwen3MoE {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    var shape = try ModelShape(&keys)
    let denseWidth = shape.hiddenWidth
    shape.hiddenWidth = try keys.positive("moe_intermediate_size", default: 768)
    let older = try keys.positiveIfPresent("num_experts")
    shape.experts = try keys.positiveIfPresent("num_local_experts") ?? older ?? 128
    let step = try keys.positive("decoder_sparse_step", default: 1)
    let dense = Set(try keys.intsIfPresent("mlp_only_layers") ?? [])
    let chosen = try keys.positive("num_experts_per_tok", default: 8)
    try keys.require(
      chosen <= shape.experts, "num_experts_per_tok \(chosen) of \(shape.experts) experts")
    let slides = try keys.bool("use_sliding_window", default: false)
    let window = try keys.positiveIfPresent("sliding_window") ?? 4096
    keys.excuse("max_window_layers", because: "every layer slides or none does in this family")
    return Configuration(
      shape: shape, rotary: try RotaryConfiguration().decode(&keys, shape),
      activation: try keys.activation("hidden_act", default: "silu"),
      epsilon: try keys.epsilon("rms_norm_eps", default: 1e-6),
      window: slides ? window : nil,
      isMixture: (0..<shape.layers).map { !dense.contains($0) && ($0 + 1) % step == 0 },
      denseWidth: denseWidth, chosen: chosen,
      renormalized: try keys.bool("norm_topk_prob", default: false),
      attentionBias: try keys.bool("attention_bias", default: false),
      tied: try keys.tied(default: false))
  }
}

// MARK: - Weights
extension Qwen3MoE {
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
      let heads = try weights.normedAttention(
        name + ".self_attn", shape, CausalAttention(scale: scale, window: configuration.window),
        epsilon: epsilon, biased: configuration.attentionBias)
      return SequentialLayer(
        attentionNorm: try weights.rootMeanSquare(
          name + ".input_layernorm", shape.width, epsilon: epsilon),
        attention: heads,
        mlpNorm: try weights.rootMeanSquare(
          name + ".post_attention_layernorm", shape.width, epsilon: epsilon),
        feedForward: try Self.feedForward(&weights, name + ".mlp", index, configuration))
    }
    self.configuration = configuration
    self.weights = names
  }
}

extension Qwen3MoE {
  private static func feedForward(
    _ weights: inout Ledger<Weight>, _ name: String, _ index: Int, _ configuration: Configuration
  ) throws(CheckpointError) -> any FeedForward {
    let shape = configuration.shape
    guard configuration.isMixture[index] else {
      return try weights.gatedMLP(
        name, width: shape.width, hidden: configuration.denseWidth, configuration.activation)
    }
    var experts: [GatedMLP] = []
    for expert in 0..<shape.experts {
      experts.append(
        try weights.gatedMLP(
          name + ".experts.\(expert)", width: shape.width, hidden: shape.hiddenWidth,
          configuration.activation))
    }
    return MixtureOfExperts(
      router: try weights.linear(name + ".gate", outputs: shape.experts, inputs: shape.width),
      experts: experts, chosen: configuration.chosen, renormalized: configuration.renormalized)
  }
}
