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
  public var shape: ModelShape { configuration.decoder.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["qwen3"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let decoder: DecoderConfiguration
    let windows: [Int?]
    let attentionBias: Bool

    /// Whether embedding and unembedding are one matrix.
    public var tied: Bool { decoder.tied }
  }
}

// MARK: - Configuration
extension Qwen3 {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let decoder = try DecoderKeys(headWidth: 128).decode(&keys)
    return Configuration(
      decoder: decoder, windows: try keys.qwenWindows(decoder.shape.layers),
      attentionBias: try keys.bool("attention_bias", default: false))
  }
}

// MARK: - Weights
extension Qwen3 {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let common = configuration.decoder
    decoder = try weights.decoder(common, .rootMeanSquare) {
      name, index, weights throws(CheckpointError) in
      let attention = CausalAttention(
        scale: common.scale, window: configuration.windows[index])
      let heads = try weights.normedAttention(
        name + ".self_attn", common, attention, biased: configuration.attentionBias)
      return try weights.sequentialLayer(
        name, common, .rootMeanSquare, heads, weights.gatedMLP(name + ".mlp", common))
    }
    self.configuration = configuration
    self.weights = names
  }
}

extension Ledger where Value == Weight {
  /// Attention with a root-mean-square norm on each head's queries and keys, as Qwen3 has it.
  mutating func normedAttention(
    _ name: String, _ common: DecoderConfiguration, _ attention: CausalAttention, biased: Bool
  ) throws(CheckpointError) -> SelfAttention {
    let K = common.shape.headWidth
    var heads = try selfAttention(name, common.shape, attention, biased: biased)
    heads.queryNorm = HeadNormalization(
      try norm(name + ".q_norm", K, .rootMeanSquare, epsilon: common.epsilon), over: .head)
    heads.keyNorm = HeadNormalization(
      try norm(name + ".k_norm", K, .rootMeanSquare, epsilon: common.epsilon), over: .head)
    heads.rotary = 0
    return heads
  }
}
