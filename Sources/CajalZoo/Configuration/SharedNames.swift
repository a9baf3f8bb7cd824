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

  /// A gated MLP below `name`; `hidden` is its width where it is not the configuration's.
  mutating func gatedMLP(
    _ name: String, _ common: DecoderConfiguration, hidden: Int? = nil, biased: Bool = false
  ) throws(CheckpointError) -> GatedMLP {
    let (D, F) = (common.shape.width, hidden ?? common.shape.hiddenWidth)
    return GatedMLP(
      gate: try linear(name + ".gate_proj", outputs: F, inputs: D, biased: biased),
      up: try linear(name + ".up_proj", outputs: F, inputs: D, biased: biased),
      activation: common.activation,
      down: try linear(name + ".down_proj", outputs: D, inputs: F, biased: biased))
  }

  /// A norm below `name`.
  mutating func norm(
    _ name: String, _ count: Int, _ style: NormStyle, epsilon: Double
  ) throws(CheckpointError) -> Normalization {
    let gain = try parameter(name + ".weight", count, plus: style == .zeroCentred ? 1 : 0)
    switch style {
    case .rootMeanSquare, .zeroCentred:
      return Normalization(.rootMeanSquare, gain: gain, epsilon: epsilon)
    case .layerNorm:
      let bias = try parameter(name + ".bias", count)
      return Normalization(.layerNorm, gain: gain, bias: bias, epsilon: epsilon)
    }
  }
}

/// Which norm, as its parameters are stored.
enum NormStyle {
  /// Root mean square with a gain.
  case rootMeanSquare
  /// Root mean square with a gain that is counted from one, as Gemma's are.
  case zeroCentred
  /// Layer norm with gain and bias.
  case layerNorm
}

extension Ledger where Value == Weight {
  /// The frame around the layers: `embed_tokens`, `layers.<i>`, `norm`, `lm_head`.
  ///
  /// `layer` takes one layer's weights from the ledger, by the layer's name and index.
  mutating func decoder(
    _ common: DecoderConfiguration, _ style: NormStyle,
    layer: (String, Int, inout Ledger) throws(CheckpointError) -> any DecoderLayer
  ) throws(CheckpointError) -> TransformerDecoder {
    let (V, D) = (common.shape.vocabulary, common.shape.width)
    let embedding = try embedding("embed_tokens.weight", rows: V, width: D)
    var layers: [any DecoderLayer] = []
    for index in 0..<common.shape.layers {
      layers.append(try layer("layers.\(index)", index, &self))
    }
    return TransformerDecoder(
      tokenEmbedding: embedding, rotary: common.rotary, layers: layers,
      finalNorm: try norm("norm", D, style, epsilon: common.epsilon),
      unembedding: try unembedding(
        "lm_head", tiedTo: common.tied ? embedding : nil, rows: V, width: D))
  }

  /// A layer with a norm before attention and one before the MLP.
  mutating func sequentialLayer(
    _ name: String, _ common: DecoderConfiguration, _ style: NormStyle,
    _ attention: SelfAttention, _ feedForward: any FeedForward
  ) throws(CheckpointError) -> SequentialLayer {
    let (D, epsilon) = (common.shape.width, common.epsilon)
    return SequentialLayer(
      attentionNorm: try norm(name + ".input_layernorm", D, style, epsilon: epsilon),
      attention: attention,
      mlpNorm: try norm(name + ".post_attention_layernorm", D, style, epsilon: epsilon),
      feedForward: feedForward)
  }
}
