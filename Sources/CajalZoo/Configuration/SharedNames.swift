// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor

/// Weight names that many families share since Llama: `self_attn.q_proj`, `mlp.gate_proj`, …
extension Ledger where Value == Weight {
  /// Four separate projections below `name`.
  mutating func selfAttention(
    _ name: String, _ shape: ModelShape, _ attention: CausalAttention, biased: Bool = false,
    outputBiased: Bool? = nil
  ) throws(CheckpointError) -> SelfAttention {
    SelfAttention(
      query: try linear(
        name + ".q_proj", outputs: shape.queryWidth, inputs: shape.width, biased: biased),
      key: try linear(
        name + ".k_proj", outputs: shape.keyWidth, inputs: shape.width, biased: biased),
      value: try linear(
        name + ".v_proj", outputs: shape.keyWidth, inputs: shape.width, biased: biased),
      output: try linear(
        name + ".o_proj", outputs: shape.width, inputs: shape.queryWidth,
        biased: outputBiased ?? biased),
      heads: (shape.heads, shape.keyValueHeads), attention: attention)
  }

  /// A gated MLP below `name`.
  mutating func gatedMLP(
    _ name: String, width: Int, hidden: Int, _ activation: Activation, biased: Bool = false
  ) throws(CheckpointError) -> GatedMLP {
    GatedMLP(
      gate: try linear(name + ".gate_proj", outputs: hidden, inputs: width, biased: biased),
      up: try linear(name + ".up_proj", outputs: hidden, inputs: width, biased: biased),
      activation: activation,
      down: try linear(name + ".down_proj", outputs: width, inputs: hidden, biased: biased))
  }

  /// A root-mean-square norm with a gain.
  mutating func rootMeanSquare(
    _ name: String, _ count: Int, epsilon: Double
  ) throws(CheckpointError) -> Normalization {
    Normalization(
      .rootMeanSquare, gain: try vector(name + ".weight", count), epsilon: epsilon)
  }

  /// A root-mean-square norm whose stored gain counts from one, as Gemma's do.
  mutating func zeroCentredNorm(
    _ name: String, _ count: Int, epsilon: Double
  ) throws(CheckpointError) -> Normalization {
    let stored = try vector(name + ".weight", count)
    let gain = stored + Tensor(repeating: 1, shape: [count])
    return Normalization(.rootMeanSquare, gain: gain, epsilon: epsilon)
  }

  /// A layer norm with gain and, where `biased`, a bias.
  mutating func layerNorm(
    _ name: String, _ count: Int, epsilon: Double, biased: Bool = true
  ) throws(CheckpointError) -> Normalization {
    Normalization(
      .layerNorm, gain: try vector(name + ".weight", count),
      bias: biased ? try vector(name + ".bias", count) : nil, epsilon: epsilon)
  }
}

extension Ledger where Value == Weight {
  /// The frame around the layers: `embed_tokens`, the given layers, the given final norm, `lm_head`.
  ///
  /// `layer` takes one layer's weights from the ledger.
  mutating func decoder(
    _ shape: ModelShape, rotary: [RotaryEmbedding], tied: Bool,
    finalNorm: (inout Ledger) throws(CheckpointError) -> Normalization,
    layer: (Int, inout Ledger) throws(CheckpointError) -> any DecoderLayer
  ) throws(CheckpointError) -> TransformerDecoder {
    let embedding = try embedding(
      "embed_tokens.weight", rows: shape.vocabulary, width: shape.width)
    var layers: [any DecoderLayer] = []
    for index in 0..<shape.layers { layers.append(try layer(index, &self)) }
    return TransformerDecoder(
      tokenEmbedding: embedding, rotary: rotary, layers: layers, finalNorm: try finalNorm(&self),
      unembedding: try unembedding(
        "lm_head", tiedTo: tied ? embedding : nil, rows: shape.vocabulary, width: shape.width))
  }
}
