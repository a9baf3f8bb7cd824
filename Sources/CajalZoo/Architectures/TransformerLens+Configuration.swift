// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
import CajalModel
import CajalTensor

extension TransformerLens {
  /// Decodes a configuration; every key is taken, expected or excused.
  public static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration {
    try keys.excuseHousehold()
    try keys.excuseLensHousehold()
    let shape = try shape(&keys)
    // No norm is written as null; an absent key would leave it open.
    try keys.require(
      keys.has("normalization_type"), "key 'normalization_type' is missing; null means no norm")
    let kind = try keys.stringIfPresent("normalization_type")
    let norm = try norm(kind, keys)
    // With RMS-normed layers or without, the last norm may be chosen apart.
    let finalRMS = try keys.bool("final_rms", default: false)
    try keys.require(
      !finalRMS || norm.kind != .layerNorm, "final_rms with layer norms is not implemented")
    return Configuration(
      shape: shape, nonlinearity: try nonlinearity(&keys, attentionOnly: shape.hiddenWidth == 0),
      epsilon: try keys.epsilon("eps", default: 1e-5), norm: norm,
      attentionOnly: shape.hiddenWidth == 0, gated: try keys.bool("gated_mlp", default: false),
      parallel: try keys.bool("parallel_attn_mlp", default: false),
      rotary: try rotary(&keys, shape), scales: try scales(&keys, shape),
      windows: try windows(&keys, shape), scoreCap: try cap(&keys, "attn_scores_soft_cap"),
      logitCap: try cap(&keys, "output_logits_soft_cap"))
  }

  private static func shape(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> ModelShape {
    let (width, headWidth) = (try keys.positive("d_model"), try keys.positive("d_head"))
    // -1 stands for "as many as fit".
    let heads = try keys.int("n_heads", in: -1...Int(Int32.max), default: -1)
    try keys.require(heads != 0, "n_heads is 0")
    let count = heads > 0 ? heads : width / headWidth
    let groups = try keys.positiveIfPresent("n_key_value_heads") ?? count
    try keys.require(
      count > 0 && count % groups == 0, "\(count) heads do not share \(groups) key-value heads")
    let attentionOnly = try keys.bool("attn_only", default: false)
    let hidden = try keys.positiveIfPresent("d_mlp") ?? 4 * width
    let vocabulary = try keys.positive("d_vocab")
    let out = try keys.int("d_vocab_out", in: -1...Int(Int32.max), default: -1)
    try keys.require(out == -1 || out > 0, "d_vocab_out is \(out)")
    var shape = ModelShape(
      layers: try keys.layerCount("n_layers"), width: width, heads: count, keyValueHeads: groups,
      headWidth: headWidth, hiddenWidth: attentionOnly ? 0 : hidden, vocabulary: vocabulary,
      context: try keys.positive("n_ctx"), contextIsLimit: true)
    if out > 0 { shape.answers = out }
    return shape
  }

  private static func norm(
    _ kind: String?, _ keys: Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Norm {
    switch kind {
    case nil: return Norm()
    case "LN": return Norm(kind: .layerNorm, hasParameters: true)
    case "LNPre": return Norm(kind: .layerNorm)
    case "RMS": return Norm(kind: .rootMeanSquare, hasParameters: true)
    case "RMSPre": return Norm(kind: .rootMeanSquare)
    default:
      throw keys.unsupported(
        "normalization_type", found: .string(kind ?? ""),
        supported: [.null] + ["LN", "LNPre", "RMS", "RMSPre"].map { .string($0) })
    }
  }

  private static func nonlinearity(
    _ keys: inout Ledger<ConfigurationValue>, attentionOnly: Bool
  ) throws(CheckpointError) -> Nonlinearity {
    if attentionOnly {
      keys.excuse("act_fn", because: "there is no MLP")
      return .elementwise(.identity)
    }
    let softmaxLinear = ["solu", "solu_ln"]
    let elementwise = Activation.byName.keys.sorted()
    let name = try keys.string("act_fn", in: elementwise + softmaxLinear)
    if softmaxLinear.contains(name) { return .softmaxLinear(normed: name == "solu_ln") }
    return .elementwise(Activation.byName[name] ?? .identity)
  }

  private static func rotary(
    _ keys: inout Ledger<ConfigurationValue>, _ shape: ModelShape
  ) throws(CheckpointError) -> RotaryEmbedding? {
    let kind = try keys.string(
      "positional_embedding_type", in: ["standard", "rotary"], default: "standard")
    let width = try keys.positiveIfPresent("rotary_dim") ?? shape.headWidth
    let base = try keys.positiveNumber("rotary_base", default: 10_000)
    let adjacent = try keys.bool("rotary_adjacent_pairs", default: false)
    guard kind == "rotary" else { return nil }
    try keys.requirePairs(width, "rotary_dim \(width)")
    try keys.require(
      width <= shape.headWidth, "rotary_dim \(width) is more than d_head \(shape.headWidth)")
    return RotaryEmbedding(width: width, base: base, layout: adjacent ? .interleaved : .halves)
  }

  private static func scales(
    _ keys: inout Ledger<ConfigurationValue>, _ shape: ModelShape
  ) throws(CheckpointError) -> [Float] {
    let used = try keys.bool("use_attn_scale", default: true)
    let given = try keys.number("attn_scale", default: -1)
    let divisor =
      used
      ? (given > 0 ? try keys.divisor("attn_scale", given) : Float(shape.headWidth).squareRoot())
      : 1
    let byLayer = try keys.bool("scale_attn_by_inverse_layer_idx", default: false)
    return (0..<shape.layers).map { 1 / (byLayer ? divisor * Float($0 + 1) : divisor) }
  }

  private static func windows(
    _ keys: inout Ledger<ConfigurationValue>, _ shape: ModelShape
  ) throws(CheckpointError) -> [Int?] {
    let local = try keys.bool("use_local_attn", default: false)
    let window = try keys.positiveIfPresent("window_size")
    let types = try keys.stringsIfPresent("attn_types")
    guard local else { return Array(repeating: nil, count: shape.layers) }
    guard let window, let types else {
      throw CheckpointError(
        .missing, "\(keys.subject): use_local_attn needs window_size and attn_types",
        file: keys.file)
    }
    try keys.require(
      types.count >= shape.layers && types.allSatisfy { ["global", "local"].contains($0) },
      "attn_types must name 'global' or 'local' for each of \(shape.layers) layers")
    return types.prefix(shape.layers).map { $0 == "local" ? window : nil }
  }

  private static func cap(
    _ keys: inout Ledger<ConfigurationValue>, _ key: String
  ) throws(CheckpointError) -> Float? {
    // Zero or less means none.
    let value = try keys.number(key, default: -1)
    return value > 0 ? try keys.divisor(key, value) : nil
  }
}

extension Ledger where Value == ConfigurationValue {
  /// Keys of HookedTransformerConfig that change no number, and the one value of those that would.
  fileprivate mutating func excuseLensHousehold() throws(CheckpointError) {
    for key in [
      "model_name", "original_architecture", "from_checkpoint", "checkpoint_index",
      "checkpoint_label_type", "checkpoint_value", "tokenizer_name", "init_mode", "init_weights",
      "seed", "device", "n_devices", "n_params", "default_prepend_bos", "tokenizer_prepends_bos",
      "trust_remote_code", "layer_norm_folding", "uses_rms_norm",
    ] {
      excuse(key, because: "names and housekeeping")
    }
    for key in [
      "use_attn_result", "use_attn_in", "use_split_qkv_input", "use_hook_mlp_in",
      "use_hook_tokens", "ungroup_grouped_query_attention",
    ] {
      excuse(key, because: "what is watched, not what is computed")
    }
    for key in [
      "relative_attention_max_distance", "relative_attention_num_buckets",
      "decoder_start_token_id", "train_seq_length",
      "NTK_by_parts_factor", "NTK_by_parts_high_freq_factor", "NTK_by_parts_low_freq_factor",
      "NTK_original_ctx_len", "yarn_attention_factor", "yarn_beta_fast", "yarn_beta_slow",
      "yarn_factor", "yarn_global_attn_only", "yarn_original_max_position_embeddings",
      "yarn_truncate",
    ] {
      excuse(key, because: "a parameter of something that is off")
    }
    excuse("tie_word_embeddings", because: "the state dictionary holds both matrices")
    try expect("attention_dir", equals: .string("causal"))
    try expect("rotary_scaling_factor", equals: .integer(1))
    for key in [
      "use_NTK_by_parts_rope", "use_dynamic_ntk_rope", "use_yarn_rope", "use_logn_attn",
      "use_attention_sinks", "use_qk_norm", "use_normalization_before_and_after",
      "post_embedding_ln", "norm_topk_prob", "load_in_4bit",
    ] {
      try expect(key, equals: .bool(false))
    }
    for key in [
      "num_experts", "experts_per_token", "clip_qkv", "quantization_method", "rotary_base_local",
    ] {
      try expect(key, equals: .null)
    }
  }
}
