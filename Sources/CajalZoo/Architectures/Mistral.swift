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
  public var shape: ModelShape { configuration.decoder.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["mistral"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let decoder: DecoderConfiguration
    let window: Int?

    /// Whether embedding and unembedding are one matrix.
    public var tied: Bool { decoder.tied }
  }
}

// MARK: - Configuration
extension Mistral {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    return Configuration(
      decoder: try DecoderKeys().decode(&keys),
      window: try keys.positiveIfPresent("sliding_window"))
  }
}

// MARK: - Weights
extension Mistral {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let common = configuration.decoder
    decoder = try weights.decoder(common, .rootMeanSquare) {
      name, _, weights throws(CheckpointError) in
      let attention = CausalAttention(scale: common.scale, window: configuration.window)
      var heads = try weights.selfAttention(name + ".self_attn", common.shape, attention)
      heads.rotary = 0
      return try weights.sequentialLayer(
        name, common, .rootMeanSquare, heads, weights.gatedMLP(name + ".mlp", common))
    }
    self.configuration = configuration
    self.weights = names
  }
}
