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
  public var shape: ModelShape { configuration.decoder.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["phi3"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let decoder: DecoderConfiguration
    let window: Int?

    /// Whether embedding and unembedding are one matrix.
    public var tied: Bool { decoder.tied }
  }
}

// MARK: - Configuration
extension Phi3 {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    var family = DecoderKeys(epsilon: ("rms_norm_eps", 1e-5))
    family.rotary.longRopeAliases = ["su", "yarn"]
    for key in ["attention_bias", "mlp_bias", "lm_head_bias"] {
      try keys.expect(key, equals: .bool(false))
    }
    for key in ["full_attn_mod", "interpolate_factor"] { try keys.expect(key, equals: .integer(1)) }
    return Configuration(
      decoder: try family.decode(&keys), window: try keys.positiveIfPresent("sliding_window"))
  }
}

// MARK: - Weights
extension Phi3 {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let common = configuration.decoder
    decoder = try weights.decoder(common, .rootMeanSquare) {
      name, _, weights throws(CheckpointError) in
      let attention = CausalAttention(scale: common.scale, window: configuration.window)
      let heads = try Self.attention(&weights, name + ".self_attn", common.shape, attention)
      return try weights.sequentialLayer(
        name, common, .rootMeanSquare, heads, Self.mlp(&weights, name + ".mlp", common))
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
    _ weights: inout Ledger<Weight>, _ name: String, _ common: DecoderConfiguration
  ) throws(CheckpointError) -> GatedMLP {
    let (shape, hidden) = (common.shape, common.shape.hiddenWidth)
    let fused = try weights.take(name + ".gate_up_proj.weight", [2 * hidden, shape.width])
    return GatedMLP(
      gate: try Linear(fused, rows: [0..<hidden]),
      up: try Linear(fused, rows: [hidden..<2 * hidden]), activation: common.activation,
      down: try weights.linear(name + ".down_proj", outputs: shape.width, inputs: hidden))
  }
}
