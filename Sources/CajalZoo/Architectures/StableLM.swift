// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// StableLM: Llama with layer norms and a rotary embedding of part of each head; attention and MLP
/// may stand side by side.
///
///     x′     = xₗ + Wo attention(rotary(Wq n), rotary(Wk n), Wv n),   n = norm(xₗ)
///     xₗ₊₁   = x′ + Wd (f(Wg m) · Wu m),                              m = norm(x′)
///     logits = norm(x_L) Uᵀ
///
/// In the parallel form both read n and the MLP has no norm of its own. Queries and keys may have
/// layer norms with a gain for each head.
///
/// - Source: Bellagente et al. 2024 <https://arxiv.org/abs/2402.17834>.
/// - Reference: `transformers/models/stablelm/modeling_stablelm.py`.
public struct StableLM: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.decoder.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["stablelm", "stablelm_epoch"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let decoder: DecoderConfiguration
    let projectionBias, headNorms, parallel: Bool

    /// Whether embedding and unembedding are one matrix.
    public var tied: Bool { decoder.tied }
  }
}

// MARK: - Configuration
extension StableLM {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    var family = DecoderKeys(epsilon: ("layer_norm_eps", 1e-5))
    family.rotary.defaultPart = 0.25
    return Configuration(
      decoder: try family.decode(&keys),
      projectionBias: try keys.bool("use_qkv_bias", default: false),
      headNorms: try keys.bool("qk_layernorm", default: false),
      parallel: try keys.bool("use_parallel_residual", default: false))
  }
}

// MARK: - Weights
extension StableLM {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let common = configuration.decoder
    decoder = try weights.decoder(common, .layerNorm) { name, _, weights throws(CheckpointError) in
      let (shape, epsilon) = (common.shape, common.epsilon)
      var heads = try weights.selfAttention(
        name + ".self_attn", shape, CausalAttention(scale: common.scale),
        biased: configuration.projectionBias, outputBiased: false)
      if configuration.headNorms {
        heads.queryNorm = try weights.normsOfHeads(
          name + ".self_attn.q_layernorm", shape.heads, shape.headWidth, epsilon: epsilon)
        heads.keyNorm = try weights.normsOfHeads(
          name + ".self_attn.k_layernorm", shape.keyValueHeads, shape.headWidth, epsilon: epsilon)
      }
      heads.rotary = 0
      let mlp = try weights.gatedMLP(name + ".mlp", common)
      if configuration.parallel {
        let norm = try weights.norm(
          name + ".input_layernorm", shape.width, .layerNorm, epsilon: epsilon)
        return ParallelLayer(
          attentionNorm: norm, attention: heads, mlpNorm: nil, feedForward: mlp)
      }
      return try weights.sequentialLayer(name, common, .layerNorm, heads, mlp)
    }
    self.configuration = configuration
    self.weights = names
  }
}

extension Ledger where Value == Weight {
  /// A layer norm without bias for each head, stored one by one.
  fileprivate mutating func normsOfHeads(
    _ name: String, _ heads: Int, _ width: Int, epsilon: Double
  ) throws(CheckpointError) -> HeadNormalization {
    var gains: [Parameter] = []
    for head in 0..<heads {
      gains.append(try parameter(name + ".norms.\(head).weight", width))
    }
    return HeadNormalization(
      Normalization(
        .layerNorm, gain: Parameter(joining: gains), epsilon: epsilon), over: .head)
  }
}
