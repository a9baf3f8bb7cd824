// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// Llama: a pre-norm decoder with rotary positions, grouped key-value heads and a gated MLP.
///
///     x₀     = E[tokens]
///     x′     = xₗ + Wo attention(rotary(Wq n), rotary(Wk n), Wv n),   n = rms(xₗ)
///     xₗ₊₁   = x′ + Wd (f(Wg m) · Wu m),                              m = rms(x′)
///     logits = rms(x_L) Uᵀ
///
/// - Source: Touvron et al. 2023 <https://arxiv.org/abs/2302.13971>.
/// - Reference: `transformers/models/llama/modeling_llama.py`.
public struct Llama: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.decoder.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["llama"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let decoder: DecoderConfiguration
    let attentionBias, mlpBias: Bool

    /// Whether embedding and unembedding are one matrix.
    public var tied: Bool { decoder.tied }
  }
}

// MARK: - Configuration
extension Llama {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    try keys.expect("rope_interleaved", equals: .bool(false))
    return Configuration(
      decoder: try DecoderKeys().decode(&keys),
      attentionBias: try keys.bool("attention_bias", default: false),
      mlpBias: try keys.bool("mlp_bias", default: false))
  }
}

// MARK: - Weights
extension Llama {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let common = configuration.decoder
    decoder = try weights.decoder(common, .rootMeanSquare) {
      name, _, weights throws(CheckpointError) in
      var heads = try weights.selfAttention(
        name + ".self_attn", common.shape, CausalAttention(scale: common.scale),
        biased: configuration.attentionBias)
      heads.rotary = 0
      return try weights.sequentialLayer(
        name, common, .rootMeanSquare, heads,
        weights.gatedMLP(name + ".mlp", common, biased: configuration.mlpBias))
    }
    self.configuration = configuration
    self.weights = names
  }
}
