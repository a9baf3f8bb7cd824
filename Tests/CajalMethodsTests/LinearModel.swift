// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor

/// A decoder that is linear in everything it reads: no norms, no biases, an identity for the
/// nonlinearity, and queries and keys of zero, so that every position attends evenly to all before it.
///
/// Two layers, D = 4, H = 2 heads that share one of keys and values, K = 3, F = 5, V = 9.
struct LinearModel: DecoderModel {
  let shape = ModelShape(
    layers: 2, width: 4, heads: 2, keyValueHeads: 1, headWidth: 3, hiddenWidth: 5, vocabulary: 9,
    context: 16)
  let weights: Weights
  let decoder: TransformerDecoder

  init() throws(CheckpointError) {
    var entries: [String: Weight] = [:]
    func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws(CheckpointError) -> Linear {
      let isSilent = name.hasSuffix("q") || name.hasSuffix("k")
      let values = Philox(seed: 5, stream: UInt64(entries.count)).normals(shape: [outputs, inputs])
      let weight = Weight(name, values * (isSilent ? 0 : 0.7))
      entries[name] = weight
      return try Linear(weight)
    }
    var layers: [any DecoderLayer] = []
    for layer in 0..<2 {
      let attention = SelfAttention(
        query: try linear("\(layer).q", 6, 4), key: try linear("\(layer).k", 3, 4),
        value: try linear("\(layer).v", 3, 4), output: try linear("\(layer).o", 4, 6),
        heads: (2, 1), attention: CausalAttention(scale: 1))
      layers.append(
        SequentialLayer(
          attentionNorm: .none, attention: attention, mlpNorm: .none,
          feedForward: MLP(
            up: try linear("\(layer).up", 5, 4), activation: .identity,
            down: try linear("\(layer).down", 4, 5))))
    }
    decoder = TransformerDecoder(
      tokenEmbedding: try Embedding(linear("embed", 9, 4).weight), layers: layers,
      finalNorm: .none, unembedding: try linear("unembed", 9, 4))
    weights = Weights(entries)
  }

  func replacing(_ edits: [String: Tensor]) -> Self {
    preconditionFailure("nobody changes the weights of this model")
  }
}
