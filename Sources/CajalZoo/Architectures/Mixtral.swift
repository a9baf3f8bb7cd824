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
  public var shape: ModelShape { configuration.decoder.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["mixtral"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let decoder: DecoderConfiguration
    let window: Int?
    let chosen: Int

    /// Whether embedding and unembedding are one matrix.
    public var tied: Bool { decoder.tied }
  }
}

// MARK: - Configuration
extension Mixtral {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    var family = DecoderKeys(epsilon: ("rms_norm_eps", 1e-5))
    family.rotary.defaultBase = 1_000_000
    var decoder = try family.decode(&keys)
    let chosen = try keys.experts(&decoder.shape, default: 8, chosen: 2)
    return Configuration(
      decoder: decoder, window: try keys.positiveIfPresent("sliding_window"), chosen: chosen)
  }
}

// MARK: - Weights
extension Mixtral {
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
        name, common, .rootMeanSquare, heads,
        Self.mixture(&weights, name + ".block_sparse_moe", configuration))
    }
    self.configuration = configuration
    self.weights = names
  }
}

extension Mixtral {
  private static func mixture(
    _ weights: inout Ledger<Weight>, _ name: String, _ configuration: Configuration
  ) throws(CheckpointError) -> any FeedForward {
    let shape = configuration.decoder.shape
    let (D, F) = (shape.width, shape.hiddenWidth)
    var experts: [GatedMLP] = []
    for index in 0..<shape.experts {
      let expert = name + ".experts.\(index)"
      experts.append(
        GatedMLP(
          gate: try weights.linear(expert + ".w1", outputs: F, inputs: D),
          up: try weights.linear(expert + ".w3", outputs: F, inputs: D),
          activation: configuration.decoder.activation,
          down: try weights.linear(expert + ".w2", outputs: D, inputs: F)))
    }
    return MixtureOfExperts(
      router: try weights.linear(name + ".gate", outputs: shape.experts, inputs: D),
      experts: experts, chosen: configuration.chosen, renormalized: true)
  }
}

// MARK: - Shared with Qwen3 MoE
extension Ledger where Value == ConfigurationValue {
  /// The number of experts, into the shape, and how many of them a position uses.
  mutating func experts(
    _ shape: inout ModelShape, default count: Int, chosen: Int
  ) throws(CheckpointError) -> Int {
    let older = try positiveIfPresent("num_experts")
    shape.experts = try positiveIfPresent("num_local_experts") ?? older ?? count
    let chosen = try positive("num_experts_per_tok", default: chosen)
    try require(
      chosen <= shape.experts, "num_experts_per_tok \(chosen) of \(shape.experts) experts")
    return chosen
  }
}
