// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// Qwen2: Llama with biased queries, keys and values; later layers may slide a window.
///
///     x′     = xₗ + Wo attention(rotary(Wq n + bq), rotary(Wk n + bk), Wv n + bv),   n = rms(xₗ)
///     xₗ₊₁   = x′ + Wd (f(Wg m) · Wu m),                                             m = rms(x′)
///     logits = rms(x_L) Uᵀ
///
/// - Source: Yang et al. 2024 <https://arxiv.org/abs/2407.10671>.
/// - Reference: `transformers/models/qwen2/modeling_qwen2.py`.
public struct Qwen2: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.decoder.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["qwen2"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let decoder: DecoderConfiguration
    let windows: [Int?]

    /// Whether embedding and unembedding are one matrix.
    public var tied: Bool { decoder.tied }
  }
}

// MARK: - Configuration
extension Qwen2 {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let decoder = try DecoderKeys().decode(&keys)
    return Configuration(
      decoder: decoder, windows: try keys.qwenWindows(decoder.shape.layers))
  }
}

// MARK: - Weights
extension Qwen2 {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let common = configuration.decoder
    decoder = try weights.decoder(common, .rootMeanSquare) {
      name, index, weights throws(CheckpointError) in
      let attention = CausalAttention(
        scale: common.scale, window: configuration.windows[index])
      var heads = try weights.selfAttention(
        name + ".self_attn", common.shape, attention, biased: true, outputBiased: false)
      heads.rotary = 0
      return try weights.sequentialLayer(
        name, common, .rootMeanSquare, heads, weights.gatedMLP(name + ".mlp", common))
    }
    self.configuration = configuration
    self.weights = names
  }
}

extension Ledger where Value == ConfigurationValue {
  /// The window of each layer as Qwen's configurations say it: none at all unless
  /// `use_sliding_window`, and then by `layer_types` or from layer `max_window_layers` on.
  mutating func qwenWindows(_ layers: Int) throws(CheckpointError) -> [Int?] {
    let used = try bool("use_sliding_window", default: false)
    let window = try positiveIfPresent("sliding_window") ?? 4096
    let first = try int("max_window_layers", in: 0...Int(Int32.max), default: 28)
    let sliding = try slidingLayers(layers) { used && $0 >= first }
    try require(
      used || !sliding.contains(true), "layer_types slides windows without use_sliding_window")
    return sliding.map { $0 ? window : nil }
  }
}
