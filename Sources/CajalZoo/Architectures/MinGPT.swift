// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// minGPT: GPT-2 with linear layers stored [outputs, inputs] and an unembedding of its own.
///
///     x₀     = E[tokens] + P[positions]
///     x′     = xₗ + Wo attention(q, k, v) + bo,   [q; k; v] = Wqkv n + b,   n = norm(xₗ)
///     xₗ₊₁   = x′ + Wp gelu(Wi m + bi) + bp,                                m = norm(x′)
///     logits = norm(x_L) Uᵀ
///
/// - Source: Karpathy, minGPT <https://github.com/karpathy/minGPT>; Radford et al. 2019.
/// - Reference: `mingpt/model.py`.
public struct MinGPT: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// minGPT names a size where others name a family.
  public static let modelTypes = [
    "gpt-nano", "gpt-micro", "gpt-mini", "gopher-44m", "openai-gpt", "mingpt",
  ]

  /// What the checkpoint's configuration says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
  }
}

// MARK: - Configuration
extension MinGPT {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let (width, heads) = (try keys.positive("n_embd"), try keys.positive("n_head"))
    try keys.require(width % heads == 0, "n_embd \(width) is not a multiple of n_head \(heads)")
    return Configuration(
      shape: ModelShape(
        layers: try keys.layerCount("n_layer"), width: width, heads: heads,
        headWidth: width / heads, hiddenWidth: 4 * width,
        vocabulary: try keys.positive("vocab_size"), context: try keys.positive("block_size"),
        contextIsLimit: true))
  }
}

// MARK: - Weights
extension MinGPT {
  /// Excuses tensors that carry nothing for a forward pass.
  public static func excuse(_ weights: inout Ledger<Weight>) {
    weights.excuseMaskBuffers(below: ".attn")
  }

  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let shape = configuration.shape
    // PyTorch's default for LayerNorm.
    let epsilon: Double = 1e-5
    let attention = CausalAttention(scale: 1 / Float(shape.headWidth).squareRoot())
    let tokens = try weights.embedding("wte.weight", rows: shape.vocabulary, width: shape.width)
    let positions = try weights.embedding("wpe.weight", rows: shape.context, width: shape.width)
    var layers: [any DecoderLayer] = []
    for index in 0..<shape.layers {
      let name = "h.\(index)"
      layers.append(
        SequentialLayer(
          attentionNorm: try weights.layerNorm(name + ".ln_1", shape.width, epsilon: epsilon),
          attention: try weights.fusedAttention(
            name + ".attn", shape, attention, .outputsFirst),
          mlpNorm: try weights.layerNorm(name + ".ln_2", shape.width, epsilon: epsilon),
          feedForward: try weights.plainMLP(name + ".mlp", ("c_fc", "c_proj"), shape, .geluTanh)))
    }
    var decoder = TransformerDecoder(
      tokenEmbedding: tokens, layers: layers,
      finalNorm: try weights.layerNorm("ln_f", shape.width, epsilon: epsilon),
      unembedding: try weights.unembedding(
        "lm_head", tiedTo: nil, rows: shape.vocabulary, width: shape.width))
    decoder.positionEmbedding = positions
    self.decoder = decoder
    self.configuration = configuration
    self.weights = names
  }
}
