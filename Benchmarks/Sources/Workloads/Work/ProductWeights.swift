// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor

/// The weights that stand in products, of which each costs a multiplication and an addition a token.
struct ProductWeights {
  /// How many there are.
  let count: Int
  /// Bytes they take as they are stored.
  let byteCount: Int

  /// All matrices save those that are only looked up: learned positions, and a token embedding that
  /// is not the unembedding too.
  init(of model: any LanguageModel) {
    let weights = model.weights
    let isUntied = weights.names.contains { $0.hasSuffix("lm_head.weight") }
    let lookedUp = ["wpe.weight"] + (isUntied ? ["wte.weight", "embed_tokens.weight"] : [])
    var (count, byteCount) = (0, 0)
    for name in weights.names where !lookedUp.contains(where: { name.hasSuffix($0) }) {
      guard let weight = weights[name], weight.shape.count >= 2 else { continue }
      count += weight.count
      byteCount += weight.count * weight.type.byteCount
    }
    (self.count, self.byteCount) = (count, byteCount)
  }
}
