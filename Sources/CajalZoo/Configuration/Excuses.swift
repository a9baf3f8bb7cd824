// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint

/// Configuration keys that real repositories carry and that change no number of a forward pass.
///
/// A key that could change one is never here: it is taken, or expected to have the one value that is
/// implemented.
extension Ledger where Value == ConfigurationValue {
  /// Excuses what the transformers library writes into every configuration, and expects the values
  /// of the general switches that would make it another model.
  mutating func excuseHousehold() throws(CheckpointError) {
    for key in [
      "architectures", "transformers_version", "_name_or_path", "model_type", "auto_map",
      "task_specific_params", "finetuning_task", "problem_type", "id2label", "label2id",
      "tokenizer_class", "_commit_hash", "_attn_implementation",
      "_attn_implementation_autoset", "_flash_attn_2_enabled", "_experts_implementation",
      "unsloth_version", "unsloth_fixed", "license", "model_name", "name",
    ] {
      excuse(key, because: "names and housekeeping")
    }
    for key in ["dtype", "torch_dtype", "use_bfloat16", "tf_legacy_loss", "torchscript"] {
      excuse(key, because: "each tensor carries its own type")
    }
    for key in [
      "attention_dropout", "hidden_dropout", "resid_pdrop", "embd_pdrop", "attn_pdrop", "dropout",
      "hidden_dropout_prob", "attention_probs_dropout_prob", "resid_dropout", "embed_dropout",
      "classifier_dropout", "layerdrop", "activation_dropout", "initializer_range", "init_std",
      "initializer_factor", "gradient_checkpointing", "use_cache", "output_attentions",
      "output_hidden_states", "return_dict", "return_dict_in_generate", "output_scores",
      "keys_to_ignore_at_inference", "pretraining_tp", "chunk_size_feed_forward",
      "output_router_logits", "router_aux_loss_coef", "router_jitter_noise", "use_return_dict",
      "_remove_invalid_values", "remove_invalid_values",
    ] {
      excuse(key, because: "training, or how results are handed over")
    }
    for key in [
      "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "cls_token_id",
      "unk_token_id", "decoder_start_token_id", "forced_bos_token_id", "forced_eos_token_id",
      "prefix", "max_length", "min_length", "do_sample", "early_stopping", "num_beams",
      "num_beam_groups", "diversity_penalty", "temperature", "top_k", "top_p", "typical_p",
      "repetition_penalty", "length_penalty", "no_repeat_ngram_size",
      "encoder_no_repeat_ngram_size", "bad_words_ids", "suppress_tokens", "begin_suppress_tokens",
      "exponential_decay_length_penalty", "num_return_sequences", "cache_implementation",
    ] {
      excuse(key, because: "how to generate is the caller's choice")
    }
    for key in [
      "summary_activation", "summary_first_dropout", "summary_proj_to_labels",
      "summary_type", "summary_use_proj", "num_labels",
    ] {
      excuse(key, because: "a classification head, which is not part of the language model")
    }
    try expect("add_cross_attention", equals: .bool(false))
    try expect("cross_attention_hidden_size", equals: .null)
    try expect("is_encoder_decoder", equals: .bool(false))
    try expect("tie_encoder_decoder", equals: .bool(false))
    try expect("pruned_heads", equals: .object([:]))
    try expect("quantization_config", equals: .null)
    excuse("is_decoder", because: "every model here is a decoder")
  }
}
