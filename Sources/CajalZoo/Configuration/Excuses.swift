// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint

/// Configuration keys that real repositories carry and that change no number of a forward pass.
///
/// A key that could change one is never here: it is taken, or expected to have the one value that is
/// implemented.
extension Ledger where Value == ConfigurationValue {
  /// Excuses what the transformers library and others write into every configuration, and expects the
  /// values of the general switches that would make it another model.
  mutating func excuseHousehold() throws(CheckpointError) {
    for (keys, reason) in Household.excused {
      for key in keys { excuse(key, because: reason) }
    }
    try expect("add_cross_attention", equals: .bool(false))
    try expect("cross_attention_hidden_size", equals: .null)
    try expect("is_encoder_decoder", equals: .bool(false))
    try expect("tie_encoder_decoder", equals: .bool(false))
    try expect("pruned_heads", equals: .object([:]))
    try expect("quantization_config", equals: .null)
  }
}

/// The keys that every family excuses, with the reason.
private enum Household {
  static let excused: [(keys: [String], reason: String)] = [
    (names, "names and housekeeping"),
    (types, "each tensor carries its own type"),
    (training, "training, or how results are handed over"),
    (generation, "how to generate is the caller's choice"),
    (classification, "a classification head, which is not part of the language model"),
    (["is_decoder"], "every model here is a decoder"),
  ]

  private static let names = [
    "architectures", "transformers_version", "_name_or_path", "model_type", "auto_map",
    "task_specific_params", "finetuning_task", "problem_type", "id2label", "label2id",
    "tokenizer_class", "_commit_hash", "attn_implementation", "_attn_implementation",
    "_attn_implementation_autoset", "_flash_attn_2_enabled", "_experts_implementation",
    "unsloth_version", "unsloth_fixed", "license", "model_name", "name", "is_llama_config",
    "transformers.js_config",
  ]

  private static let types = [
    "dtype", "torch_dtype", "use_bfloat16", "tf_legacy_loss", "torchscript",
  ]

  private static let training = [
    "attention_dropout", "hidden_dropout", "resid_pdrop", "embd_pdrop", "attn_pdrop", "dropout",
    "hidden_dropout_prob", "attention_probs_dropout_prob", "resid_dropout", "embed_dropout",
    "classifier_dropout", "layerdrop", "activation_dropout", "initializer_range", "init_std",
    "initializer_factor", "gradient_checkpointing", "use_cache", "output_attentions",
    "output_hidden_states", "return_dict", "return_dict_in_generate", "output_scores",
    "keys_to_ignore_at_inference", "pretraining_tp", "chunk_size_feed_forward",
    "output_router_logits", "router_aux_loss_coef", "router_jitter_noise", "use_return_dict",
    "_remove_invalid_values", "remove_invalid_values", "max_sequence_length",
  ]

  private static let generation = [
    "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "cls_token_id",
    "unk_token_id", "decoder_start_token_id", "forced_bos_token_id", "forced_eos_token_id",
    "prefix", "max_length", "min_length", "do_sample", "early_stopping", "num_beams",
    "num_beam_groups", "diversity_penalty", "temperature", "top_k", "top_p", "typical_p",
    "repetition_penalty", "length_penalty", "no_repeat_ngram_size",
    "encoder_no_repeat_ngram_size", "bad_words_ids", "suppress_tokens", "begin_suppress_tokens",
    "exponential_decay_length_penalty", "num_return_sequences", "cache_implementation",
  ]

  private static let classification = [
    "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type",
    "summary_use_proj", "num_labels", "_num_labels",
  ]
}
