// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// GPT-Neo: GPT-2 whose layers alternate between seeing everything and a window, with unscaled
/// attention scores and unbiased queries, keys and values.
///
///     x₀     = E[tokens] + P[positions]
///     x′     = xₗ + Wo attention(Wq n, Wk n, Wv n) + bo,   n = norm(xₗ), scores not divided by √K
///     xₗ₊₁   = x′ + Wp f(Wi m + bi) + bp,                  m = norm(x′)
///     logits = norm(x_L) Uᵀ
///
/// - Source: Black et al. 2021 <https://doi.org/10.5281/zenodo.5297715>.
/// - Reference: `transformers/models/gpt_neo/modeling_gpt_neo.py`.
public struct GPTNeo: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["gpt_neo"]

  /// The names of unembedding and embedding.
  public static let tiedNames = (unembedding: "lm_head.weight", embedding: "wte.weight")

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let activation: Activation
    let epsilon: Double
    /// The window of each layer.
    let windows: [Int?]
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension GPTNeo {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let (width, heads) = (try keys.positive("hidden_size"), try keys.positive("num_heads"))
    try keys.require(
      width % heads == 0, "hidden_size \(width) is not a multiple of num_heads \(heads)")
    let shape = ModelShape(
      layers: try keys.layerCount("num_layers"), width: width, heads: heads,
      headWidth: width / heads,
      hiddenWidth: try keys.positiveIfPresent("intermediate_size") ?? 4 * width,
      vocabulary: try keys.positive("vocab_size"),
      context: try keys.positive("max_position_embeddings", default: 2048), contextIsLimit: true)
    let window = try keys.positive("window_size", default: 256)
    return Configuration(
      shape: shape, activation: try keys.activation("activation_function", default: "gelu_new"),
      epsilon: try keys.epsilon("layer_norm_epsilon", default: 1e-5),
      windows: try keys.gptNeoLayers(shape.layers).map { $0 == "local" ? window : nil },
      tied: try keys.tied(default: true))
  }
}

extension Ledger where Value == ConfigurationValue {
  /// `attention_types`, such as `[[["global", "local"], 6]]`: a pattern and how often it repeats.
  /// `attention_layers`, where it is written too, must say the same.
  fileprivate mutating func gptNeoLayers(_ count: Int) throws(CheckpointError) -> [String] {
    let written = try stringsIfPresent("attention_layers")
    var layers: [String] = []
    let types = takeIfPresent("attention_types")
    guard case .array(let groups) = types ?? Self.usualTypes else { throw wrongTypes(types) }
    for group in groups {
      guard case .array(let pair) = group, pair.count == 2, case .array(let pattern) = pair[0],
        case .integer(let times) = pair[1], (0...count).contains(times)
      else { throw wrongTypes(group) }
      let names = pattern.compactMap { if case .string(let name) = $0 { name } else { nil } }
      guard names.count == pattern.count, names.allSatisfy({ ["global", "local"].contains($0) })
      else { throw wrongTypes(group) }
      // Compared before it is laid out: a file may ask for any number of layers.
      try require(
        names.isEmpty || times <= (count - layers.count) / names.count,
        "attention_types describes more than \(count) layers")
      for _ in 0..<times { layers += names }
    }
    try require(
      layers.count == count, "attention_types describes \(layers.count) of \(count) layers")
    try require(
      written == nil || written == layers, "attention_layers and attention_types contradict")
    return layers
  }

  private static var usualTypes: ConfigurationValue {
    .array([.array([.array([.string("global"), .string("local")]), .integer(12)])])
  }

  private func wrongTypes(_ found: ConfigurationValue?) -> CheckpointError {
    unsupported(
      "attention_types", found: found ?? .null,
      supported: [.array([.array([.array([.string("global"), .string("local")]), .integer(6)])])])
  }
}

// MARK: - Weights
extension GPTNeo {
  /// Excuses tensors that carry nothing for a forward pass.
  public static func excuse(_ weights: inout Ledger<Weight>) {
    weights.excuseMaskBuffers(below: ".attn.attention")
  }

  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let (shape, epsilon, D) = (
      configuration.shape, configuration.epsilon, configuration.shape.width
    )
    let tokens = try weights.embedding("wte.weight", rows: shape.vocabulary, width: D)
    let positions = try weights.embedding("wpe.weight", rows: shape.context, width: D)
    var layers: [any DecoderLayer] = []
    for index in 0..<shape.layers {
      let name = "h.\(index)"
      let heads = name + ".attn.attention"
      layers.append(
        SequentialLayer(
          attentionNorm: try weights.norm(name + ".ln_1", D, .layerNorm, epsilon: epsilon),
          attention: SelfAttention(
            query: try weights.linear(heads + ".q_proj", outputs: D, inputs: D),
            key: try weights.linear(heads + ".k_proj", outputs: D, inputs: D),
            value: try weights.linear(heads + ".v_proj", outputs: D, inputs: D),
            output: try weights.linear(heads + ".out_proj", outputs: D, inputs: D, biased: true),
            heads: (shape.heads, shape.heads),
            attention: CausalAttention(scale: 1, window: configuration.windows[index])),
          mlpNorm: try weights.norm(name + ".ln_2", D, .layerNorm, epsilon: epsilon),
          feedForward: try weights.plainMLP(
            name + ".mlp", ("c_fc", "c_proj"), shape, configuration.activation)))
    }
    var decoder = TransformerDecoder(
      tokenEmbedding: tokens, layers: layers,
      finalNorm: try weights.norm("ln_f", D, .layerNorm, epsilon: epsilon),
      unembedding: try weights.unembedding(
        "lm_head", tiedTo: configuration.tied ? tokens : nil, rows: shape.vocabulary, width: D))
    decoder.positionEmbedding = positions
    self.decoder = decoder
    self.configuration = configuration
    self.weights = names
  }
}
