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
  public var shape: ModelShape { configuration.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["qwen2"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let shape: ModelShape
    let rotary: RotaryEmbedding
    let activation: Activation
    let epsilon: Double
    let windows: [Int?]
    /// Whether embedding and unembedding are one matrix.
    public let tied: Bool
  }
}

// MARK: - Configuration
extension Qwen2 {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let shape = try ModelShape(&keys)
    return Configuration(
      shape: shape, rotary: try RotaryConfiguration().decode(&keys, shape),
      activation: try keys.activation("hidden_act", default: "silu"),
      epsilon: try keys.epsilon("rms_norm_eps", default: 1e-6),
      windows: try keys.qwenWindows(shape.layers), tied: try keys.tied(default: false))
  }
}

// MARK: - Weights
extension Qwen2 {
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
      var heads = try weights.selfAttention(
        name + ".self_attn", shape,
        CausalAttention(scale: scale, window: configuration.windows[index]), biased: true,
        outputBiased: false)
      heads.rotary = 0
      return SequentialLayer(
        attentionNorm: try weights.rootMeanSquare(
          name + ".input_layernorm", shape.width, epsilon: epsilon),
        attention: heads,
        mlpNorm: try weights.rootMeanSquare(
          name + ".post_attention_layernorm", shape.width, epsilon: epsilon),
        feedForward: try weights.gatedMLP(
          name + ".mlp", width: shape.width, hidden: shape.hiddenWidth,
          configuration.activation))
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
