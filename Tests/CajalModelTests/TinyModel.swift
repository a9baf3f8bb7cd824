// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor

/// A decoder of two layers with random weights: D = 4, H = 2, K = 2, F = 6, V = 9, rotary positions.
struct TinyModel: DecoderModel {
  let shape: ModelShape
  let weights: Weights
  let decoder: TransformerDecoder

  static let width = 4
  static let hidden = 6
  static let vocabulary = 9

  /// The model with weights drawn from a seed.
  init(seed: UInt64 = 1, contextIsLimit: Bool = false) throws(CheckpointError) {
    let (D, F, V) = (Self.width, Self.hidden, Self.vocabulary)
    var shapes: [(name: String, shape: [Int])] = [("embed", [V, D]), ("unembed", [V, D])]
    for layer in 0..<2 {
      shapes += ["q", "k", "v", "o"].map { ("\(layer).\($0)", [D, D]) }
      shapes += [("\(layer).up", [F, D]), ("\(layer).down", [D, F])]
    }
    var entries: [String: Weight] = [:]
    for (index, entry) in shapes.enumerated() {
      let values = Philox(seed: seed, stream: UInt64(index)).normals(shape: entry.shape)
      entries[entry.name] = Weight(entry.name, values)
    }
    try self.init(entries, contextIsLimit: contextIsLimit)
  }

  private init(_ entries: [String: Weight], contextIsLimit: Bool) throws(CheckpointError) {
    func linear(_ name: String) throws(CheckpointError) -> Linear {
      guard let weight = entries[name] else {
        throw CheckpointError(.missing, "no weight '\(name)'")
      }
      return try Linear(weight)
    }
    let norm = Normalization(.rootMeanSquare, epsilon: 1e-5)
    var layers: [any DecoderLayer] = []
    for layer in 0..<2 {
      var attention = SelfAttention(
        query: try linear("\(layer).q"), key: try linear("\(layer).k"),
        value: try linear("\(layer).v"), output: try linear("\(layer).o"), heads: (2, 2),
        attention: CausalAttention(scale: 0.7))
      attention.rotary = 0
      layers.append(
        SequentialLayer(
          attentionNorm: norm, attention: attention, mlpNorm: norm,
          feedForward: MLP(
            up: try linear("\(layer).up"), activation: .relu, down: try linear("\(layer).down"))))
    }
    decoder = TransformerDecoder(
      tokenEmbedding: try Embedding(linear("embed").weight),
      rotary: [RotaryEmbedding(width: 2, base: 10_000)], layers: layers, finalNorm: norm,
      unembedding: try linear("unembed"))
    weights = Weights(entries)
    shape = ModelShape(
      layers: 2, width: Self.width, heads: 2, headWidth: 2, hiddenWidth: Self.hidden,
      vocabulary: Self.vocabulary, context: 8, contextIsLimit: contextIsLimit)
  }

  func replacing(_ edits: [String: Tensor]) -> Self {
    do throws(CheckpointError) {
      return try Self(weights.replacing(edits), contextIsLimit: shape.contextIsLimit)
    } catch {
      preconditionFailure("a model that was made cannot be made again: \(error)")
    }
  }
}

/// A batch of sequences with the given lengths, its tokens chosen without meaning.
func batch(_ lengths: Int...) throws -> TokenBatch {
  try TokenBatch(
    lengths.enumerated().map { sequence, length in
      (0..<length).map { ($0 * 5 + sequence * 2 + 1) % TinyModel.vocabulary }
    })
}

/// A plain run over sequences with the given lengths.
func run(_ lengths: Int...) throws -> Run {
  Run(
    try TokenBatch(lengths.map { Array(repeating: 1, count: $0) }), RunOptions())
}

/// What one intervention makes of a value.
func apply(
  _ action: Intervention.Action, at site: Site, _ selection: Selection = .all, to value: Tensor,
  _ batch: TokenBatch
) throws -> Tensor {
  var tap = InterventionTap([Intervention(action, at: site, selection)], batch: batch)
  let result = tap(site, value)
  try tap.finish()
  return result
}
