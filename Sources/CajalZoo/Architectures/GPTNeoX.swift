// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// GPT-NeoX, the family of Pythia: rotary positions in part of each head, attention and MLP side by
/// side or one after the other.
///
///     parallel:    xₗ₊₁ = xₗ + attention(norm(xₗ)) + mlp(norm′(xₗ))
///     sequential:  x′ = xₗ + attention(norm(xₗ)),   xₗ₊₁ = x′ + mlp(norm′(x′))
///     logits = norm(x_L) Uᵀ
///
/// The fused matrix holds query, key and value of one head after the other.
///
/// - Source: Black et al. 2022 <https://arxiv.org/abs/2204.06745>; Biderman et al. 2023
///   <https://arxiv.org/abs/2304.01373>.
/// - Reference: `transformers/models/gpt_neox/modeling_gpt_neox.py`.
public struct GPTNeoX: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["gpt_neox"]
  /// Prefixes of weight names that carry no meaning.
  public static let prefixes = ["gpt_neox."]

  /// The names of unembedding and embedding.
  public static let tiedNames = (unembedding: "embed_out.weight", embedding: "embed_in.weight")

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let rotary: RotaryEmbedding
    let activation: Activation
    let epsilon: Double
    let parallel, attentionBias: Bool
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension GPTNeoX {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let shape = try ModelShape(&keys)
    try keys.require(
      shape.width == shape.queryWidth && shape.heads == shape.keyValueHeads,
      "hidden_size \(shape.width) is not a multiple of num_attention_heads \(shape.heads)")
    var rotary = RotaryConfiguration()
    rotary.defaultPart = 0.25
    (rotary.baseKey, rotary.partKey) = ("rotary_emb_base", "rotary_pct")
    // Files carry this beside rotary_emb_base, which is the one the reference reads.
    keys.excuse("rope_theta", because: "rotary_emb_base is the key this family reads")
    return Configuration(
      shape: shape, rotary: try rotary.decode(&keys, shape),
      activation: try keys.activation("hidden_act", default: "gelu"),
      epsilon: try keys.epsilon("layer_norm_eps", default: 1e-5),
      parallel: try keys.bool("use_parallel_residual", default: true),
      attentionBias: try keys.bool("attention_bias", default: true),
      tied: try keys.tied(default: false))
  }
}

// MARK: - Weights
extension GPTNeoX {
  /// Excuses tensors that carry nothing for a forward pass.
  public static func excuse(_ weights: inout Ledger<Weight>) {
    weights.excuse(
      where: { $0.hasSuffix(".attention.bias") || $0.hasSuffix(".attention.masked_bias") },
      because: "a mask buffer; causality belongs to the architecture")
  }

  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let (shape, epsilon) = (configuration.shape, configuration.epsilon)
    let tokens = try weights.embedding(
      "embed_in.weight", rows: shape.vocabulary, width: shape.width)
    var layers: [any DecoderLayer] = []
    for index in 0..<shape.layers {
      let name = "layers.\(index)"
      let attentionNorm = try weights.layerNorm(
        name + ".input_layernorm", shape.width, epsilon: epsilon)
      let mlpNorm = try weights.layerNorm(
        name + ".post_attention_layernorm", shape.width, epsilon: epsilon)
      let attention = try Self.attention(&weights, name + ".attention", configuration)
      let mlp = try weights.plainMLP(
        name + ".mlp", ("dense_h_to_4h", "dense_4h_to_h"), shape, configuration.activation)
      layers.append(
        configuration.parallel
          ? ParallelLayer(
            attentionNorm: attentionNorm, attention: attention, mlpNorm: mlpNorm, feedForward: mlp)
          : SequentialLayer(
            attentionNorm: attentionNorm, attention: attention, mlpNorm: mlpNorm,
            feedForward: mlp))
    }
    decoder = TransformerDecoder(
      tokenEmbedding: tokens, rotary: [configuration.rotary], layers: layers,
      finalNorm: try weights.layerNorm("final_layer_norm", shape.width, epsilon: epsilon),
      unembedding: try weights.unembedding(
        "embed_out", tiedTo: configuration.tied ? tokens : nil, rows: shape.vocabulary,
        width: shape.width))
    self.configuration = configuration
    self.weights = names
  }

  private static func attention(
    _ weights: inout Ledger<Weight>, _ name: String, _ configuration: Configuration
  ) throws(CheckpointError) -> SelfAttention {
    let (D, K, heads) = (
      configuration.shape.width, configuration.shape.headWidth, configuration.shape.heads
    )
    let biased = configuration.attentionBias
    let fused = try weights.take(name + ".query_key_value.weight", [3 * D, D])
    let bias = biased ? try weights.take(name + ".query_key_value.bias", [3 * D]) : nil
    /// The rows of query (0), key (1) or value (2): one stretch a head.
    func rows(_ part: Int) -> [Range<Int>] {
      (0..<heads).map { (3 * $0 + part) * K..<(3 * $0 + part + 1) * K }
    }
    var attention = SelfAttention(
      query: try Linear(fused, rows: rows(0), bias: bias),
      key: try Linear(fused, rows: rows(1), bias: bias),
      value: try Linear(fused, rows: rows(2), bias: bias),
      output: try weights.linear(name + ".dense", outputs: D, inputs: D, biased: biased),
      heads: (heads, heads), attention: CausalAttention(scale: 1 / Float(K).squareRoot()))
    attention.rotary = 0
    return attention
  }
}
