// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import CajalTensor

/// Gemma 3, the text model: Gemma 2 without caps, with normed queries and keys, and a rotary
/// embedding of its own for the layers that slide a window.
///
///     x₀     = E[tokens] · √D
///     x′     = xₗ + rms(Wo attention(rotary(rms(Wq n)), rotary(rms(Wk n)), Wv n)),   n = rms(xₗ)
///     xₗ₊₁   = x′ + rms(Wd (gelu(Wg m) · Wu m)),                                     m = rms(x′)
///     logits = rms(x_L) Uᵀ
///
/// Of a repository that also holds the vision tower the text model is read.
///
/// - Source: Gemma Team 2025 <https://arxiv.org/abs/2503.19786>.
/// - Reference: `transformers/models/gemma3/modeling_gemma3.py`.
public struct Gemma3: Architecture, DecoderModel {
  /// What the model was made with.
  public let configuration: Configuration
  /// The weights by the checkpoint's names, in the file's layout.
  public let weights: Weights
  /// The assembled parts.
  public let decoder: TransformerDecoder

  /// Counts and widths.
  public var shape: ModelShape { configuration.decoder.shape }
  /// The values of `model_type` that mean this family.
  public static let modelTypes = ["gemma3_text", "gemma3"]

  /// What `config.json` says.
  public struct Configuration: ArchitectureConfiguration {
    let decoder: DecoderConfiguration
    let scale: Float
    let windows: [Int?]
    let logitCap: Float?
    let attentionBias: Bool

    /// Whether embedding and unembedding are one matrix.
    public var tied: Bool { decoder.tied }
  }
}

// MARK: - Configuration
extension Gemma3 {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    guard var text = try keys.nestedIfPresent("text_config") else {
      return try textConfiguration(&keys, DecoderKeys.gemma)
    }
    try keys.excuseHousehold()
    try keys.excuseVision()
    // A repository with a vision tower leaves out what has the family's value.
    var family = DecoderKeys.gemma
    family.shape = ModelShape(
      layers: 26, width: 2304, heads: 8, keyValueHeads: 4, headWidth: 256, hiddenWidth: 9216,
      vocabulary: 262_208, context: 131_072)
    let configuration = try textConfiguration(&text, family)
    try text.close()
    return configuration
  }

  private static func textConfiguration(
    _ keys: inout Ledger<ConfigurationValue>, _ family: DecoderKeys
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    let decoder = try family.decode(&keys) { keys, shape throws(CheckpointError) in
      try keys.gemma3Rotary(shape)
    }
    let window = try keys.positiveIfPresent("sliding_window") ?? 4096
    let modern = try keys.positiveIfPresent("_sliding_window_pattern")
    let pattern = try keys.positiveIfPresent("sliding_window_pattern") ?? modern ?? 6
    try keys.expect("use_bidirectional_attention", equals: .bool(false))
    keys.excuse(
      "attn_logit_softcapping", because: "the reference applies no cap to this family's scores")
    return Configuration(
      decoder: decoder, scale: try keys.gemmaScale(),
      windows: try keys.slidingLayers(decoder.shape.layers) { ($0 + 1) % pattern != 0 }
        .map { $0 ? window : nil },
      logitCap: try keys.cap("final_logit_softcapping", default: nil),
      attentionBias: try keys.bool("attention_bias", default: false))
  }
}

// MARK: - Weights
extension Gemma3 {
  /// Assembles the model; every tensor is taken.
  public init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError) {
    let common = configuration.decoder
    var decoder = try weights.decoder(common, .zeroCentred) {
      name, index, weights throws(CheckpointError) in
      let window = configuration.windows[index]
      var heads = try weights.selfAttention(
        name + ".self_attn", common.shape,
        CausalAttention(scale: configuration.scale, window: window),
        biased: configuration.attentionBias)
      let (K, epsilon) = (common.shape.headWidth, common.epsilon)
      heads.queryNorm = HeadNormalization(
        try weights.norm(name + ".self_attn.q_norm", K, .zeroCentred, epsilon: epsilon),
        over: .head)
      heads.keyNorm = HeadNormalization(
        try weights.norm(name + ".self_attn.k_norm", K, .zeroCentred, epsilon: epsilon),
        over: .head)
      heads.rotary = window == nil ? 0 : 1
      return try weights.sandwichLayer(name, common, heads)
    }
    decoder.tokenScale = Float(common.shape.width).squareRoot()
    decoder.logitCap = configuration.logitCap
    self.decoder = decoder
    self.configuration = configuration
    self.weights = names
  }
}

extension Gemma3 {
  /// Excuses tensors that carry nothing for a forward pass.
  public static func excuse(_ weights: inout Ledger<Weight>) {
    weights.excuse(
      where: { $0.hasPrefix("vision_tower.") || $0.hasPrefix("multi_modal_projector.") },
      because: "the vision tower; the text model is read")
  }
}

extension Ledger where Value == ConfigurationValue {
  /// Two rotary embeddings: transformers 5 names one set for each kind of layer, transformers 4
  /// writes `rope_theta` with `rope_scaling` and `rope_local_base_freq`.
  fileprivate mutating func gemma3Rotary(
    _ shape: ModelShape
  ) throws(CheckpointError) -> [RotaryEmbedding] {
    let (full, sliding) = (
      RotaryConfiguration(defaultBase: 1_000_000), RotaryConfiguration(defaultBase: 10_000)
    )
    try requirePairs(shape.headWidth, "head_dim \(shape.headWidth)")
    let base = try positiveNumberIfPresent("rope_theta")
    let localBase = try positiveNumberIfPresent("rope_local_base_freq")
    guard var both = try nestedIfPresent("rope_parameters") else {
      var scaled = full
      scaled.defaultBase = base ?? full.defaultBase
      return [
        try scaled.decode(&self, shape),
        RotaryEmbedding(width: shape.headWidth, base: localBase ?? sliding.defaultBase),
      ]
    }
    var result: [RotaryEmbedding] = []
    for (kind, decoder, base) in [
      ("full_attention", full, base), ("sliding_attention", sliding, localBase),
    ] {
      guard var object = try both.nestedIfPresent(kind) else {
        result.append(RotaryEmbedding(width: shape.headWidth, base: base ?? decoder.defaultBase))
        continue
      }
      result.append(
        try decoder.decode(
          object: &object, base: base, part: nil, originalContext: nil, shape))
      try object.close()
    }
    try both.close()
    return result
  }

  private mutating func positiveNumberIfPresent(
    _ key: String
  ) throws(CheckpointError) -> Double? {
    has(key) && peek(key) != .null ? try positiveNumber(key) : try numberIfPresent(key)
  }

  /// What a repository with a vision tower carries beside `text_config`.
  fileprivate mutating func excuseVision() throws(CheckpointError) {
    for key in [
      "vision_config", "mm_tokens_per_image", "boi_token_index", "eoi_token_index",
      "image_token_index", "boi_token_id", "eoi_token_id", "image_token_id",
    ] {
      excuse(key, because: "the vision tower; the text model is read")
    }
    try expect("tie_word_embeddings", equals: .bool(true))
  }
}
