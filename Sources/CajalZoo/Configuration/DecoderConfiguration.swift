// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor

/// What most families since Llama say in the same words.
struct DecoderConfiguration: Sendable {
  var shape: ModelShape
  let rotary: [RotaryEmbedding]
  var activation: Activation
  let epsilon: Double
  let tied: Bool

  /// What attention scores are multiplied by: 1/√K.
  var scale: Float { 1 / Float(shape.headWidth).squareRoot() }
}

/// The words of one family, and what it means where a word is absent.
struct DecoderKeys {
  /// K where `head_dim` is absent; nil for D / H.
  var headWidth: Int?
  /// The key of a norm's ε and its value where the key is absent.
  var epsilon = (key: "rms_norm_eps", value: 1e-6)
  /// The key of the nonlinearity.
  var activationKey = "hidden_act"
  /// The nonlinearity where that key is absent.
  var activation = "silu"
  /// Whether embedding and unembedding are one where `tie_word_embeddings` is absent.
  var tied = false
  /// Counts where their keys are absent; nil where a configuration must have them.
  var shape: ModelShape?
  /// How the family describes its rotary embedding.
  var rotary = RotaryConfiguration()

  /// Takes these words from a configuration; `rotary` reads a family's own description of several
  /// rotary embeddings.
  func decode(
    _ keys: inout Ledger<ConfigurationValue>,
    rotary several: (
      (inout Ledger<ConfigurationValue>, ModelShape) throws(CheckpointError) -> [RotaryEmbedding]
    )? = nil
  ) throws(CheckpointError) -> DecoderConfiguration {
    let shape = try ModelShape(&keys, headWidth: headWidth, defaults: shape)
    let embeddings =
      if let several { try several(&keys, shape) } else { [try rotary.decode(&keys, shape)] }
    return DecoderConfiguration(
      shape: shape, rotary: embeddings,
      activation: try keys.activation(activationKey, default: activation),
      epsilon: try keys.epsilon(epsilon.key, default: epsilon.value),
      tied: try keys.tied(default: tied))
  }
}
