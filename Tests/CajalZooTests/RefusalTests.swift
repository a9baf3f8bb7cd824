// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import Foundation
import Testing

/// Configurations that no model can be made of are refused by file and key.
struct RefusalTests {
  @Test func `every family with a fixture is examined`() {
    #expect(
      Set(RefusalFixture.families.map(\.family)) == [
        "gemma", "gemma2", "gemma3", "gemma3_text", "gpt2", "gpt_neo", "gpt_neox", "llama",
        "mistral", "mixtral", "olmo2", "opt", "phi", "phi3", "qwen2", "qwen3", "qwen3_moe",
        "stablelm", "HookedTransformer",
      ])
  }

  @Test(arguments: RefusalFixture.families)
  func `the unchanged fixture loads`(_ fixture: RefusalFixture) throws {
    #expect(try fixture.load().shape.layers > 0)
  }

  @Test(arguments: RefusalFixture.families)
  func `an unknown key is refused`(_ fixture: RefusalFixture) {
    expectRefusedKey(fixture, "attention_multiplier", .number(0.5))
    expectRefusedKey(fixture, "use_mup", .null)
  }

  @Test(arguments: RefusalFixture.families)
  func `what another architecture would do is refused`(_ fixture: RefusalFixture) {
    for (key, value): (String, ConfigurationValue) in [
      ("quantization_config", ["bits": 4]), ("is_encoder_decoder", true),
      ("add_cross_attention", true), ("tie_encoder_decoder", true),
      ("use_bidirectional_attention", true), ("pruned_heads", ["0": [1]]),
      ("cross_attention_hidden_size", 8),
    ] {
      expectRefusedKey(fixture, key, value)
    }
  }

  /// Keys with the one value of each that no reader implements.
  static let unsupported: [(key: String, value: ConfigurationValue)] = [
    ("hidden_act", "xielu"), ("activation_function", "xielu"), ("hidden_activation", "xielu"),
    ("act_fn", "xielu"), ("layer_types", ["chunked_attention"]), ("attn_types", ["strided"]),
    ("attention_types", [[["strided"], 2]]), ("normalization_type", "BN"),
    ("positional_embedding_type", "alibi"), ("use_attention_sinks", true), ("use_qk_norm", true),
    ("attention_dir", "bidirectional"), ("num_experts_per_tok", 1000),
    ("rms_norm_eps", -1), ("layer_norm_eps", -1), ("layer_norm_epsilon", 2), ("eps", -0.001),
    ("attn_logit_softcapping", -1), ("final_logit_softcapping", 0), ("sliding_window", 0),
    ("query_pre_attn_scalar", 1e300), ("attn_scale", 1e-300), ("output_logits_soft_cap", 1e300),
  ]

  @Test(arguments: RefusalFixture.families)
  func `a known key with an unsupported value is refused`(_ fixture: RefusalFixture) {
    // The family's reference ignores this one.
    let ignored = fixture.family.hasPrefix("gemma3") ? ["attn_logit_softcapping"] : []
    for (key, value) in Self.unsupported
    where fixture.keys.contains(key) && !ignored.contains(key) {
      expectRefusedKey(fixture, key, value)
    }
  }

  @Test(arguments: RefusalFixture.families.filter { $0.configuration["rope_parameters"] != nil })
  func `a kind of rotary scaling that is not implemented is refused`(_ fixture: RefusalFixture) {
    let rope: ConfigurationValue = ["rope_type": "ntk", "rope_theta": 10_000.0, "factor": 2.0]
    let value: ConfigurationValue =
      fixture.family.hasPrefix("gemma3")
      ? ["full_attention": rope, "sliding_attention": rope] : rope
    expectRefusedKey(fixture, "rope_parameters", value, naming: "rope_type")
    expectRefusedKey(fixture, "rope_parameters", "ntk")
    var older = fixture
    older.configuration["rope_parameters"] = nil
    expectRefusedKey(older, "rope_scaling", ["type": "ntk", "factor": 2.0], naming: "rope_type")
  }

  @Test(arguments: RefusalFixture.families.filter { $0.configuration["rope_parameters"] != nil })
  func `rotary values that give no numbers are refused`(_ fixture: RefusalFixture) {
    guard !fixture.family.hasPrefix("gemma3") else { return }
    for parameters: [String: ConfigurationValue] in [
      ["rope_type": "linear", "factor": 0], ["rope_type": "linear", "factor": 1e-320],
      ["rope_type": "linear"], ["rope_type": "dynamic", "factor": -2],
      ["rope_type": "default", "rope_theta": 0], ["rope_type": "default", "rope_theta": -1],
      ["rope_type": "default", "partial_rotary_factor": 0],
      ["rope_type": "default", "partial_rotary_factor": 2],
      ["rope_type": "yarn", "factor": 2, "beta_fast": -1],
      ["rope_type": "yarn", "factor": 2, "rope_theta": 1],
      ["rope_type": "yarn", "factor": 2, "attention_factor": 1e300],
      ["rope_type": "llama3", "factor": 2, "low_freq_factor": 4, "high_freq_factor": 4],
      ["rope_type": "longrope", "short_factor": [1], "long_factor": [1, 2]],
      ["rope_type": "longrope", "short_factor": [], "long_factor": []],
      ["rope_type": "default", "surprise": 1],
    ] {
      // Phi-3 reads yarn as longrope and misses its lists: refused all the same.
      expectRefusedKey(fixture, "rope_parameters", .object(parameters), naming: "config.json")
    }
  }

  @Test(arguments: RefusalFixture.families)
  func `layer types that contradict the count of layers are refused`(_ fixture: RefusalFixture) {
    guard fixture.configuration["layer_types"] != nil else { return }
    expectRefusedKey(fixture, "layer_types", [])
    expectRefusedKey(fixture, "layer_types", .array(Array(repeating: "full_attention", count: 7)))
    expectRefusedKey(fixture, "layer_types", "full_attention")
  }

  // MARK: Counts

  /// Names of counts in all families.
  static let counts = [
    "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim",
    "intermediate_size", "vocab_size", "max_position_embeddings", "n_embd", "n_layer", "n_head",
    "n_inner", "n_positions", "num_heads", "num_layers", "window_size", "ffn_dim",
    "word_embed_proj_dim", "num_experts", "num_local_experts", "num_experts_per_tok",
    "moe_intermediate_size", "decoder_sparse_step", "sliding_window", "d_model", "d_head",
    "n_heads", "n_layers", "d_mlp", "d_vocab", "n_ctx", "sliding_window_pattern",
  ]

  @Test(arguments: RefusalFixture.families)
  func `a count that is none is refused`(_ fixture: RefusalFixture) {
    let numbers: [ConfigurationValue] = [
      0, -2, .integer(1 << 40), 1e300, 1.5, "16", [16], true, .integer(.max), .integer(.min),
    ]
    for key in Self.counts where fixture.keys.contains(key) {
      for value in numbers { expectRefusedKey(fixture, key, value) }
    }
  }

  @Test(arguments: RefusalFixture.families)
  func `a missing count is refused`(_ fixture: RefusalFixture) {
    let needed: Set = [
      "hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size", "n_embd", "n_layer",
      "n_head", "num_heads", "num_layers", "ffn_dim", "d_model", "d_head", "n_layers", "d_vocab",
      "n_ctx", "normalization_type",
    ]
    for key in needed where fixture.configuration[key] != nil {
      expectRefusedKey(fixture, key, nil)
    }
  }

  @Test(arguments: RefusalFixture.families)
  func `heads that do not divide are refused`(_ fixture: RefusalFixture) {
    for key in ["num_attention_heads", "n_head", "num_heads"]
    where fixture.configuration[key] != nil {
      // A named or default width of heads leaves the tensors to contradict the count.
      expectRefusedKey(fixture, key, 7, naming: "config")
    }
    if fixture.configuration["num_key_value_heads"] != nil {
      expectRefusedKey(fixture, "num_key_value_heads", 3)
    }
  }

  // MARK: -

  /// Expects the load to be refused in one line that names the file and the key.
  private func expectRefusedKey(
    _ fixture: RefusalFixture, _ key: String, _ value: ConfigurationValue?,
    naming text: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var changed = fixture
    changed.configuration[key] = value
    if value == .null { changed.configuration[key] = ConfigurationValue.null }
    expectRefusal(
      "\(fixture.name) with \(key) \(value?.description ?? "removed")",
      naming: text.map { [$0] } ?? ["config.json", key], sourceLocation: sourceLocation
    ) { _ = try changed.load() }
  }
}
