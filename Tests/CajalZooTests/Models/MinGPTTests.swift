// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import CajalTestSupport
import CajalZoo
import Foundation
import Testing

/// llm-viz's trained minGPT, which sorts six letters, with the activations its author recorded.
@Suite(.enabled(if: Shared.folder != nil, "the shared models are absent"))
struct MinGPTTests {
  private func folder() throws -> URL {
    try #require(Shared.folder).appending(path: "data/models/llm-viz-nano-sort/public")
  }

  private func load() throws -> any LanguageModel {
    try ArchitectureCatalogue.load(
      Checkpoint.open(folder().appending(path: "gpt-nano-sort-model.json").path)
    ).model
  }

  /// Recorded tensors, [3 sequences, 11 positions, …].
  private func recorded() throws -> [String: Tensor] {
    struct Entry: Decodable { let shape: [Int]?, data: String? }
    let data = try Data(contentsOf: folder().appending(path: "gpt-nano-sort-t0-partials.json"))
    let entries = try JSONDecoder().decode([String: Entry].self, from: data)
    return try entries.compactMapValues { entry in
      guard let shape = entry.shape, let text = entry.data else { return nil }
      let bytes = try #require(Data(base64Encoded: text))
      return Tensor(
        bytes.withUnsafeBytes { raw in
          (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        }, shape: shape)
    }
  }

  @Test func `activations equal the recorded ones`() throws {
    let (model, recorded) = (try load(), try recorded())
    let tokens = try #require(recorded["idx"]).array.map { Int($0) }
    let batch = try TokenBatch((0..<3).map { Array(tokens[$0 * 11..<$0 * 11 + 11]) })
    let trace = try model.record(batch)
    let plain: [(String, Site)] = [
      ("tok_emb", Site(.tokenEmbedding)), ("x", Site(.residualPre, layer: 0)),
      ("ln1", Site(.attentionInput, layer: 0)), ("yProj", Site(.attentionOut, layer: 0)),
      ("attnResid", Site(.residualMid, layer: 0)), ("ln2", Site(.mlpInput, layer: 0)),
      ("fc", Site(.mlpPre, layer: 0)), ("gelu", Site(.mlpPost, layer: 0)),
      ("mlp", Site(.mlpOut, layer: 0)), ("mlpResid", Site(.residualPost, layer: 0)),
      ("block1", Site(.residualPost, layer: 1)), ("block2", Site(.residualPost, layer: 2)),
      ("ln_f", Site(.finalNormalized)), ("lm_head", Site(.logits)),
    ]
    for (name, site) in plain {
      let wanted = try #require(recorded[name])
      expectWithin(
        1e-5, try #require(trace[site]), wanted.reshaped(33, wanted.count / 33), "\(name) \(site)")
    }
    // [3, H, T, K] as recorded, [N, H, K] here.
    for (name, site) in [("q", Site.Name.query), ("k", .key), ("v", .value)] {
      let (found, wanted) = (try #require(trace[site, layer: 0]), try #require(recorded[name]))
      for n in 0..<33 {
        for h in 0..<3 {
          for c in 0..<16 {
            #expect(abs(found[n, h, c] - wanted[n / 11, h, n % 11, c]) <= 1e-5, "\(name)")
          }
        }
      }
    }
    let (pattern, wanted) = (
      try #require(trace[.attentionPattern, layer: 0]), try #require(recorded["attSm"])
    )
    for row in 0..<3 {
      expectWithin(
        1e-5, pattern.pattern(of: row, in: batch),
        wanted.rows(row..<row + 1).reshaped(3, 11, 11), "attention pattern of row \(row)")
    }
  }

  @Test func `sorts every list of six letters it is given`() throws {
    let model = try load()
    let lists = (0..<60).map { seed in
      (0..<6).map { Int(Philox(seed: UInt64(seed)).integer(UInt64($0), below: 3)) }
    }
    for list in lists {
      var tokens = list
      for _ in 0..<6 { tokens.append(try model.logits(TokenBatch(tokens)).argmax().last ?? -1) }
      #expect(Array(tokens.suffix(6)) == list.sorted())
    }
  }

  @Test func `keeps what every architecture must keep`() throws {
    try ArchitectureConformance(load(), named: "llm-viz", longest: 11).verify()
  }
}

/// Expects every element within an absolute tolerance.
func expectWithin(
  _ tolerance: Float, _ found: Tensor, _ wanted: Tensor, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.shape == wanted.shape, "\(what)", sourceLocation: sourceLocation)
  let worst = zip(found.array, wanted.array).reduce(Float(0)) {
    max($0, ($1.0 - $1.1).isNaN ? .infinity : abs($1.0 - $1.1))
  }
  #expect(worst <= tolerance, "\(what): off by \(worst)", sourceLocation: sourceLocation)
}
