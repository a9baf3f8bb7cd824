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
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["stablelm", "stablelm_epoch"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let rotary: RotaryEmbedding
    let activation: Activation
    let epsilon: Double
    let projectionBias, headNorms, parallel: Bool
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension StableLM {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let shape = try ModelShape(&keys)
    var rotary = RotaryConfiguration()
    rotary.defaultPart = 0.25
    return Configuration(
      shape: shape, rotary: try rotary.decode(&keys, shape),
      activation: try keys.activation("hidden_act", default: "silu"),
      epsilon: try keys.epsilon("layer_norm_eps", default: 1e-5),
      projectionBias: try keys.bool("use_qkv_bias", default: false),
      headNorms: try keys.bool("qk_layernorm", default: false),
      parallel: try keys.bool("use_parallel_residual", default: false),
      tied: try keys.tied(default: false))
  }
}

// MARK: - Weights
extension StableLM {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let (shape, epsilon) = (configuration.shape, configuration.epsilon)
    let scale = 1 / Float(shape.headWidth).squareRoot()
    decoder = try weights.decoder(
      shape, rotary: [configuration.rotary], tied: configuration.tied
    ) { weights throws(CheckpointError) in
      try weights.layerNorm("norm", shape.width, epsilon: epsilon)
    } layer: { index, weights throws(CheckpointError) in
      let name = "layers.\(index)"
      var heads = try weights.selfAttention(
        name + ".self_attn", shape, CausalAttention(scale: scale),
        biased: configuration.projectionBias, outputBiased: false)
      if configuration.headNorms {
        heads.queryNorm = try weights.normsOfHeads(
          name + ".self_attn.q_layernorm", shape.heads, shape.headWidth, epsilon: epsilon)
        heads.keyNorm = try weights.normsOfHeads(
          name + ".self_attn.k_layernorm", shape.keyValueHeads, shape.headWidth, epsilon: epsilon)
      }
      heads.rotary = 0
      let norm = try weights.layerNorm(name + ".input_layernorm", shape.width, epsilon: epsilon)
      let mlp = try weights.gatedMLP(
        name + ".mlp", width: shape.width, hidden: shape.hiddenWidth, configuration.activation)
      if configuration.parallel {
        return ParallelLayer(
          attentionNorm: norm, attention: heads, mlpNorm: nil, feedForward: mlp)
      }
      return SequentialLayer(
        attentionNorm: norm, attention: heads,
        mlpNorm: try weights.layerNorm(
          name + ".post_attention_layernorm", shape.width, epsilon: epsilon),
        feedForward: mlp)
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
    var gains: [Float] = []
    for head in 0..<heads {
      gains += try vector(name + ".norms.\(head).weight", width).array
    }
    return HeadNormalization(
      Normalization(
        .layerNorm, gain: Tensor(gains, shape: [heads * width]), epsilon: epsilon), over: .head)
  }
}
