// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// Phi 1, 1.5 and 2: attention and MLP side by side behind one norm, rotary positions in part of each
/// head, biases everywhere.
///
///     xₗ₊₁   = xₗ + Wo attention(rotary(Wq n), rotary(Wk n), Wv n) + W₂ f(W₁ n),   n = norm(xₗ)
///     logits = norm(x_L) Uᵀ + b
///
/// - Source: Li et al. 2023 <https://arxiv.org/abs/2309.05463>.
/// - Reference: `transformers/models/phi/modeling_phi.py`.
public struct Phi: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["phi"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let rotary: RotaryEmbedding
    let activation: Activation
    let epsilon: Double
    let headNorms: Bool
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension Phi {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let shape = try ModelShape(&keys)
    var rotary = RotaryConfiguration()
    rotary.defaultPart = 0.5
    return Configuration(
      shape: shape, rotary: try rotary.decode(&keys, shape),
      activation: try keys.activation("hidden_act", default: "gelu_new"),
      epsilon: try keys.epsilon("layer_norm_eps", default: 1e-5),
      headNorms: try keys.bool("qk_layernorm", default: false), tied: try keys.tied(default: false))
  }
}

// MARK: - Weights
extension Phi {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let (shape, epsilon) = (configuration.shape, configuration.epsilon)
    let tokens = try weights.embedding(
      "embed_tokens.weight", rows: shape.vocabulary, width: shape.width)
    var layers: [any DecoderLayer] = []
    for index in 0..<shape.layers {
      let name = "layers.\(index)"
      layers.append(
        ParallelLayer(
          attentionNorm: try weights.layerNorm(
            name + ".input_layernorm", shape.width, epsilon: epsilon),
          attention: try Self.attention(&weights, name + ".self_attn", configuration),
          mlpNorm: nil,
          feedForward: try weights.plainMLP(
            name + ".mlp", ("fc1", "fc2"), shape, configuration.activation)))
    }
    decoder = TransformerDecoder(
      tokenEmbedding: tokens, rotary: [configuration.rotary], layers: layers,
      finalNorm: try weights.layerNorm("final_layernorm", shape.width, epsilon: epsilon),
      unembedding: try weights.unembedding(
        "lm_head", tiedTo: configuration.tied ? tokens : nil, rows: shape.vocabulary,
        width: shape.width, biased: true))
    self.configuration = configuration
    self.weights = names
  }

  private static func attention(
    _ weights: inout Ledger<Weight>, _ name: String, _ configuration: Configuration
  ) throws(CheckpointError) -> SelfAttention {
    let shape = configuration.shape
    let (D, Q, G) = (shape.width, shape.queryWidth, shape.keyWidth)
    var heads = SelfAttention(
      query: try weights.linear(name + ".q_proj", outputs: Q, inputs: D, biased: true),
      key: try weights.linear(name + ".k_proj", outputs: G, inputs: D, biased: true),
      value: try weights.linear(name + ".v_proj", outputs: G, inputs: D, biased: true),
      output: try weights.linear(name + ".dense", outputs: D, inputs: Q, biased: true),
      heads: (shape.heads, shape.keyValueHeads),
      attention: CausalAttention(scale: 1 / Float(shape.headWidth).squareRoot()))
    if configuration.headNorms {
      let (K, epsilon) = (shape.headWidth, configuration.epsilon)
      heads.queryNorm = HeadNormalization(
        try weights.layerNorm(name + ".q_layernorm", K, epsilon: epsilon), over: .head)
      heads.keyNorm = HeadNormalization(
        try weights.layerNorm(name + ".k_layernorm", K, epsilon: epsilon), over: .head)
    }
    heads.rotary = 0
    return heads
  }
}
