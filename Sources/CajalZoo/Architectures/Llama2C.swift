// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// The Llama models of llama2.c: Llama whose rotary pairs are neighbours.
///
///     x₀     = E[tokens]
///     x′     = xₗ + Wo attention(rotary(Wq n), rotary(Wk n), Wv n),   n = rms(xₗ)
///     xₗ₊₁   = x′ + W₂ (silu(W₁ m) · W₃ m),                           m = rms(x′)
///     logits = rms(x_L) Uᵀ
///
/// - Source: Karpathy, llama2.c <https://github.com/karpathy/llama2.c>; Touvron et al. 2023
///   <https://arxiv.org/abs/2307.09288>.
/// - Reference: `run.c`.
public struct Llama2C: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["llama2.c"]

  /// The names of unembedding and embedding.
  public static let tiedNames = (
    unembedding: "output.weight", embedding: "tok_embeddings.weight"
  )

  /// What the file's header says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension Llama2C {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let (width, heads) = (try keys.positive("dim"), try keys.positive("n_heads"))
    let groups = try keys.positive("n_kv_heads")
    try keys.require(
      width % heads == 0 && heads % groups == 0,
      "\(heads) heads and \(groups) key-value heads do not divide width \(width)")
    try keys.requirePairs(width / heads, "dim \(width) of n_heads \(heads)")
    return Configuration(
      shape: ModelShape(
        layers: try keys.layerCount("n_layers"), width: width, heads: heads,
        keyValueHeads: groups, headWidth: width / heads,
        hiddenWidth: try keys.positive("hidden_dim"),
        vocabulary: try keys.positive("vocab_size"), context: try keys.positive("seq_len")),
      tied: try keys.bool("shared_classifier"))
  }
}

// MARK: - Weights
extension Llama2C {
  /// Excuses tensors that carry nothing for a forward pass.
  public static func excuse(_ weights: inout Ledger<Weight>) {
    weights.excuse(
      where: { $0.hasPrefix("freq_cis_") },
      because: "rotary frequencies are computed from the configuration")
  }

  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let shape = configuration.shape
    // run.c fixes both.
    let (epsilon, base): (Double, Double) = (1e-5, 10_000)
    let tokens = try weights.embedding(
      "tok_embeddings.weight", rows: shape.vocabulary, width: shape.width)
    var layers: [any DecoderLayer] = []
    for index in 0..<shape.layers {
      let name = "layers.\(index)"
      layers.append(
        SequentialLayer(
          attentionNorm: try weights.norm(
            name + ".attention_norm", shape.width, .rootMeanSquare, epsilon: epsilon),
          attention: try Self.attention(&weights, name + ".attention", shape),
          mlpNorm: try weights.norm(
            name + ".ffn_norm", shape.width, .rootMeanSquare, epsilon: epsilon),
          feedForward: try Self.mlp(&weights, name + ".feed_forward", shape)))
    }
    decoder = TransformerDecoder(
      tokenEmbedding: tokens,
      rotary: [RotaryEmbedding(width: shape.headWidth, base: base, layout: .interleaved)],
      layers: layers,
      finalNorm: try weights.norm(
        "norm", shape.width, .rootMeanSquare, epsilon: epsilon),
      unembedding: try weights.unembedding(
        "output", tiedTo: configuration.tied ? tokens : nil, rows: shape.vocabulary,
        width: shape.width))
    self.configuration = configuration
    self.weights = names
  }

  private static func attention(
    _ weights: inout Ledger<Weight>, _ name: String, _ shape: ModelShape
  ) throws(CheckpointError) -> SelfAttention {
    let (D, Q, G) = (shape.width, shape.queryWidth, shape.keyWidth)
    var heads = SelfAttention(
      query: try weights.linear(name + ".wq", outputs: Q, inputs: D),
      key: try weights.linear(name + ".wk", outputs: G, inputs: D),
      value: try weights.linear(name + ".wv", outputs: G, inputs: D),
      output: try weights.linear(name + ".wo", outputs: D, inputs: Q),
      heads: (shape.heads, shape.keyValueHeads),
      attention: CausalAttention(scale: 1 / Float(shape.headWidth).squareRoot()))
    heads.rotary = 0
    return heads
  }

  private static func mlp(
    _ weights: inout Ledger<Weight>, _ name: String, _ shape: ModelShape
  ) throws(CheckpointError) -> GatedMLP {
    let (D, F) = (shape.width, shape.hiddenWidth)
    return GatedMLP(
      gate: try weights.linear(name + ".w1", outputs: F, inputs: D),
      up: try weights.linear(name + ".w3", outputs: F, inputs: D), activation: .silu,
      down: try weights.linear(name + ".w2", outputs: D, inputs: F))
  }
}
