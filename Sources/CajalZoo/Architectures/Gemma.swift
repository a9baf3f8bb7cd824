// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// Gemma: Llama with scaled embeddings, gains counted from one and a GELU gate.
///
///     x₀     = E[tokens] · √D
///     x′     = xₗ + Wo attention(rotary(Wq n), rotary(Wk n), Wv n),   n = rms(xₗ) · (1 + g)
///     xₗ₊₁   = x′ + Wd (gelu(Wg m) · Wu m),                           m = rms(x′) · (1 + g′)
///     logits = rms(x_L) (1 + g″) Uᵀ
///
/// - Source: Gemma Team 2024 <https://arxiv.org/abs/2403.08295>.
/// - Reference: `transformers/models/gemma/modeling_gemma.py`.
public struct Gemma: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.decoder.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["gemma"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let decoder: DecoderConfiguration
    let attentionBias: Bool

    /// Whether embedding and unembedding are one matrix.
    public var tied: Bool { decoder.tied }
  }
}

// MARK: - Configuration
extension Gemma {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let family = DecoderKeys(headWidth: 256, activation: "gelu_pytorch_tanh", tied: true)
    var decoder = try family.decode(&keys)
    // Two names are in use; under the first the reference reads an exact GELU as its tanh form.
    if decoder.activation == .geluExact { decoder.activation = .geluTanh }
    if let other = try keys.activationIfPresent("hidden_activation") {
      try keys.require(
        other == decoder.activation, "hidden_act and hidden_activation contradict")
    }
    try keys.expect("use_bidirectional_attention", equals: .bool(false))
    return Configuration(
      decoder: decoder, attentionBias: try keys.bool("attention_bias", default: false))
  }
}

// MARK: - Weights
extension Gemma {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let common = configuration.decoder
    var decoder = try weights.decoder(common, .zeroCentred) {
      name, _, weights throws(CheckpointError) in
      var heads = try weights.selfAttention(
        name + ".self_attn", common.shape, CausalAttention(scale: common.scale),
        biased: configuration.attentionBias)
      heads.rotary = 0
      return try weights.sequentialLayer(
        name, common, .zeroCentred, heads, weights.gatedMLP(name + ".mlp", common))
    }
    decoder.tokenScale = Float(common.shape.width).squareRoot()
    self.decoder = decoder
    self.configuration = configuration
    self.weights = names
  }
}
