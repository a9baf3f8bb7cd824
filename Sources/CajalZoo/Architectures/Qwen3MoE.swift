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
  public var shape: ModelShape { configuration.decoder.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["qwen3_moe"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let decoder: DecoderConfiguration
    let window: Int?
    /// Which layers are mixtures.
    let isMixture: [Bool]
    /// The hidden width of the layers that are not.
    let denseWidth: Int
    let chosen: Int
    let renormalized, attentionBias: Bool

    /// Whether embedding and unembedding are one matrix.
    public var tied: Bool { decoder.tied }
  }
}

// MARK: - Configuration
extension Qwen3MoE {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    var decoder = try DecoderKeys().decode(&keys)
    let denseWidth = decoder.shape.hiddenWidth
    decoder.shape.hiddenWidth = try keys.positive("moe_intermediate_size", default: 768)
    let chosen = try keys.experts(&decoder.shape, default: 128, chosen: 8)
    let step = try keys.positive("decoder_sparse_step", default: 1)
    let dense = Set(try keys.intsIfPresent("mlp_only_layers") ?? [])
    let slides = try keys.bool("use_sliding_window", default: false)
    let window = try keys.positiveIfPresent("sliding_window") ?? 4096
    keys.excuse("max_window_layers", because: "every layer slides or none does in this family")
    return Configuration(
      decoder: decoder, window: slides ? window : nil,
      isMixture: (0..<decoder.shape.layers).map { !dense.contains($0) && ($0 + 1) % step == 0 },
      denseWidth: denseWidth, chosen: chosen,
      renormalized: try keys.bool("norm_topk_prob", default: false),
      attentionBias: try keys.bool("attention_bias", default: false))
  }
}

// MARK: - Weights
extension Qwen3MoE {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let common = configuration.decoder
    decoder = try weights.decoder(common, .rootMeanSquare) {
      name, index, weights throws(CheckpointError) in
      let attention = CausalAttention(scale: common.scale, window: configuration.window)
      let heads = try weights.normedAttention(
        name + ".self_attn", common, attention, biased: configuration.attentionBias)
      return try weights.sequentialLayer(
        name, common, .rootMeanSquare, heads,
        Self.feedForward(&weights, name + ".mlp", index, configuration))
    }
    self.configuration = configuration
    self.weights = names
  }
}

extension Qwen3MoE {
  private static func feedForward(
    _ weights: inout Ledger<Weight>, _ name: String, _ index: Int, _ configuration: Configuration
  ) throws(CheckpointError) -> any FeedForward {
    let (common, shape) = (configuration.decoder, configuration.decoder.shape)
    guard configuration.isMixture[index] else {
      return try weights.gatedMLP(name, common, hidden: configuration.denseWidth)
    }
    var experts: [GatedMLP] = []
    for expert in 0..<shape.experts {
      experts.append(try weights.gatedMLP(name + ".experts.\(expert)", common))
    }
    return MixtureOfExperts(
      router: try weights.linear(name + ".gate", outputs: shape.experts, inputs: shape.width),
      experts: experts, chosen: configuration.chosen, renormalized: configuration.renormalized)
  }
}
