// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// Phi-3: Llama with fused projections, LongRoPE and, where the configuration says so, a window.
///
///     x′     = xₗ + Wo attention(rotary(q), rotary(k), v),   [q; k; v] = Wqkv n,   n = rms(xₗ)
///     xₗ₊₁   = x′ + Wd (f(g) · u),                           [g; u] = Wgu m,       m = rms(x′)
///     logits = rms(x_L) Uᵀ
///
/// - Source: Abdin et al. 2024 <https://arxiv.org/abs/2404.14219>.
/// - Reference: `transformers/models/phi3/modeling_phi3.py`.
public struct Phi3: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["phi3"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let rotary: RotaryEmbedding
    let activation: Activation
    let epsilon: Double
    let window: Int?
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension Phi3 {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let shape = try ModelShape(&keys)
    let rotary = RotaryConfiguration(longRopeAliases: ["su", "yarn"])
    try keys.expect("attention_bias", equals: .bool(false))
    return Configuration(
      shape: shape, rotary: try rotary.decode(&keys, shape),
      activation: try keys.activation("hidden_act", default: "silu"),
      epsilon: try keys.epsilon("rms_norm_eps", default: 1e-5),
      window: try keys.positiveIfPresent("sliding_window"), tied: try keys.tied(default: false))
  }
}

// MARK: - Weights
extension Phi3 {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let (shape, epsilon) = (configuration.shape, configuration.epsilon)
    let scale = 1 / Float(shape.headWidth).squareRoot()
    decoder = try weights.decoder(
      shape, rotary: [configuration.rotary], tied: configuration.tied
    ) { weights throws(CheckpointError) in
      try weights.rootMeanSquare("norm", shape.width, epsilon: epsilon)
    } layer: { index, weights throws(CheckpointError) in
      let name = "layers.\(index)"
      let attention = CausalAttention(scale: scale, window: configuration.window)
      let heads = try Self.attention(&weights, name + ".self_attn", shape, attention)
      return SequentialLayer(
        attentionNorm: try weights.rootMeanSquare(
          name + ".input_layernorm", shape.width, epsilon: epsilon),
        attention: heads,
        mlpNorm: try weights.rootMeanSquare(
          name + ".post_attention_layernorm", shape.width, epsilon: epsilon),
        feedForward: try Self.mlp(&weights, name + ".mlp", shape, configuration.activation))
    }
    self.configuration = configuration
    self.weights = names
  }
}

extension Phi3 {
  /// Queries, keys and values are row ranges of one matrix.
  private static func attention(
    _ weights: inout Ledger<Weight>, _ name: String, _ shape: ModelShape,
    _ attention: CausalAttention
  ) throws(CheckpointError) -> SelfAttention {
    let (q, k) = (shape.queryWidth, shape.keyWidth)
    let fused = try weights.take(name + ".qkv_proj.weight", [q + 2 * k, shape.width])
    var heads = SelfAttention(
      query: try Linear(fused, rows: [0..<q]), key: try Linear(fused, rows: [q..<q + k]),
      value: try Linear(fused, rows: [q + k..<q + 2 * k]),
      output: try weights.linear(name + ".o_proj", outputs: shape.width, inputs: q),
      heads: (shape.heads, shape.keyValueHeads), attention: attention)
    heads.rotary = 0
    return heads
  }

  /// Gate and linear branch are row ranges of one matrix.
  private static func mlp(
    _ weights: inout Ledger<Weight>, _ name: String, _ shape: ModelShape, _ activation: Activation
  ) throws(CheckpointError) -> GatedMLP {
    let hidden = shape.hiddenWidth
    let fused = try weights.take(name + ".gate_up_proj.weight", [2 * hidden, shape.width])
    return GatedMLP(
      gate: try Linear(fused, rows: [0..<hidden]),
      up: try Linear(fused, rows: [hidden..<2 * hidden]), activation: activation,
      down: try weights.linear(name + ".down_proj", outputs: shape.width, inputs: hidden))
  }
}
