// SPDX-License-Identifier: Apache-2.0

/// The formats of weights that ``Checkpoint`` reads.
public enum CheckpointFormat: String, Sendable, Hashable, CaseIterable {
  /// Safetensors, in one file or in shards with an index.
  case safetensors
  /// What `torch.save` writes: a zip archive around a pickle, or the older plain sequence of
  /// pickles.
  ///
  /// A dictionary of tensors; where they lie one level down, the first of `state_dict`, `model`,
  /// `model_state_dict` and `module` that holds tensors is taken.
  case torch
  /// llama2.c, version 0.
  case llama2c = "llama2.c"
  /// One NumPy array.
  case npy
  /// A zip archive of NumPy arrays.
  case npz
  /// One JSON object with a configuration and tensors in base 64, as the llm-viz project writes
  /// minGPT.
  case json
}
