// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// GPT-2: learned positions, layer norms before attention and MLP, fused projections.
///
///     x₀     = E[tokens] + P[positions]
///     x′     = xₗ + Wo attention(q, k, v) + bo,   [q k v] = n Wqkv + b,   n = norm(xₗ)
///     xₗ₊₁   = x′ + f(m Wi + bi) Wp + bp,                                 m = norm(x′)
///     logits = norm(x_L) Uᵀ
///
/// Matrices are stored [inputs, outputs].
///
/// - Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".
/// - Reference: `transformers/models/gpt2/modeling_gpt2.py`.
public struct GPT2: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["gpt2"]

  /// The names of unembedding and embedding.
  public static let tiedNames = (unembedding: "lm_head.weight", embedding: "wte.weight")

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let activation: Activation
    let epsilon: Double
    /// What the scores of each layer are multiplied by.
    let scales: [Float]
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension GPT2 {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    keys.excuse("reorder_and_upcast_attn", because: "attention is computed in Float32 or better")
    let (width, heads) = (try keys.positive("n_embd"), try keys.positive("n_head"))
    try keys.require(width % heads == 0, "n_embd \(width) is not a multiple of n_head \(heads)")
    let positions = try keys.positive("n_positions", default: 1024)
    try keys.expect("n_ctx", equals: .integer(positions))
    let shape = ModelShape(
      layers: try keys.layerCount("n_layer"), width: width, heads: heads, headWidth: width / heads,
      hiddenWidth: try keys.positiveIfPresent("n_inner") ?? 4 * width,
      vocabulary: try keys.positive("vocab_size"), context: positions, contextIsLimit: true)
    let scaled = try keys.bool("scale_attn_weights", default: true)
    let byLayer = try keys.bool("scale_attn_by_inverse_layer_idx", default: false)
    let scale = scaled ? 1 / Float(shape.headWidth).squareRoot() : 1
    return Configuration(
      shape: shape, activation: try keys.activation("activation_function", default: "gelu_new"),
      epsilon: try keys.epsilon("layer_norm_epsilon", default: 1e-5),
      scales: (0..<shape.layers).map { byLayer ? scale / Float($0 + 1) : scale },
      tied: try keys.tied(default: true))
  }
}

// MARK: - Weights
extension GPT2 {
  /// Excuses tensors that carry nothing for a forward pass.
  public static func excuse(_ weights: inout Ledger<Weight>) {
    weights.excuseMaskBuffers(below: ".attn")
  }

  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let (shape, epsilon) = (configuration.shape, configuration.epsilon)
    let tokens = try weights.embedding("wte.weight", rows: shape.vocabulary, width: shape.width)
    let positions = try weights.embedding("wpe.weight", rows: shape.context, width: shape.width)
    var layers: [any DecoderLayer] = []
    for index in 0..<shape.layers {
      let name = "h.\(index)"
      layers.append(
        SequentialLayer(
          attentionNorm: try weights.norm(
            name + ".ln_1", shape.width, .layerNorm, epsilon: epsilon),
          attention: try weights.fusedAttention(
            name + ".attn", shape, CausalAttention(scale: configuration.scales[index]), .inputsFirst
          ),
          mlpNorm: try weights.norm(name + ".ln_2", shape.width, .layerNorm, epsilon: epsilon),
          feedForward: try weights.plainMLP(
            name + ".mlp", ("c_fc", "c_proj"), shape, configuration.activation, .inputsFirst)))
    }
    var decoder = TransformerDecoder(
      tokenEmbedding: tokens, layers: layers,
      finalNorm: try weights.norm("ln_f", shape.width, .layerNorm, epsilon: epsilon),
      unembedding: try weights.unembedding(
        "lm_head", tiedTo: configuration.tied ? tokens : nil, rows: shape.vocabulary,
        width: shape.width))
    decoder.positionEmbedding = positions
    self.decoder = decoder
    self.configuration = configuration
    self.weights = names
  }
}

// MARK: - Shared with minGPT, GPT-Neo and GPT-NeoX
extension Ledger where Value == Weight {
  /// The causal masks that older checkpoints carry as tensors.
  mutating func excuseMaskBuffers(below name: String) {
    excuse(
      where: { $0.hasSuffix(name + ".bias") || $0.hasSuffix(name + ".masked_bias") },
      because: "a mask buffer; causality belongs to the architecture")
  }

  /// Queries, keys and values from `c_attn`, in this order, and the output projection `c_proj`.
  mutating func fusedAttention(
    _ name: String, _ shape: ModelShape, _ attention: CausalAttention, _ layout: MatrixLayout
  ) throws(CheckpointError) -> SelfAttention {
    let (D, fused) = (shape.width, name + ".c_attn")
    let matrix = try take(
      fused + ".weight", layout == .inputsFirst ? [D, 3 * D] : [3 * D, D])
    let bias = try take(fused + ".bias", [3 * D])
    return SelfAttention(
      query: try Linear(matrix, rows: [0..<D], layout: layout, bias: bias),
      key: try Linear(matrix, rows: [D..<2 * D], layout: layout, bias: bias),
      value: try Linear(matrix, rows: [2 * D..<3 * D], layout: layout, bias: bias),
      output: try linear(name + ".c_proj", outputs: D, inputs: D, biased: true, layout: layout),
      heads: (shape.heads, shape.heads), attention: attention)
  }

  /// A biased MLP of the two named projections.
  mutating func plainMLP(
    _ name: String, _ parts: (up: String, down: String), _ shape: ModelShape,
    _ activation: Activation, _ layout: MatrixLayout = .outputsFirst
  ) throws(CheckpointError) -> MLP {
    MLP(
      up: try linear(
        name + "." + parts.up, outputs: shape.hiddenWidth, inputs: shape.width, biased: true,
        layout: layout),
      activation: activation,
      down: try linear(
        name + "." + parts.down, outputs: shape.width, inputs: shape.hiddenWidth, biased: true,
        layout: layout))
  }
}
