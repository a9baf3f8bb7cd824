// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalMethods
import CajalModel
import CajalTensor
import CajalZoo
import Foundation
import Testing

/// A small model of the zoo's tests.
struct Fixture: CustomTestStringConvertible, Sendable {
  let testDescription: String

  init(_ name: String) { testDescription = name }

  /// One of each kind that matters to patches: learned and rotary positions, grouped heads, windows
  /// and caps, parallel blocks with one norm and with two, post-norms, norms behind the sum, mixtures,
  /// no MLP, a rotary table that grows with the sequence.
  static let all = [
    "gpt2-hub", "llama-grouped", "llama-dynamic", "gemma2-window", "gemma3-pattern",
    "gpt-neox-hub", "phi-full-rotary", "opt-post-norm", "qwen3-moe-window", "olmo2-sites",
    "tl-attention-only",
  ].map { Fixture($0) }

  /// The model.
  func load() throws -> any LanguageModel {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "CajalZooTests/Fixtures/\(testDescription)")
    return try ArchitectureCatalogue.load(Checkpoint.open(folder.path)).model
  }

  /// Two prompts that share their first tokens and two in the middle.
  static func pair(_ model: any LanguageModel, count: Int = 8) throws -> PromptPair {
    let V = model.shape.answers
    let clean = (0..<count).map { ($0 * 7 + 3) % V }
    var corrupted = (0..<count).map { ($0 * 5 + 1) % V }
    for shared in [0, 1, 4] where shared < count { corrupted[shared] = clean[shared] }
    return try PromptPair(clean: clean, corrupted: corrupted)
  }
}

/// Patching as anybody would write it: for every patch a whole run of its own.
struct NaivePatching {
  let patching: ActivationPatching

  /// m of every patch, [layers, columns].
  func values(
    _ pair: PromptPair, _ metric: Metric, on model: any LanguageModel
  ) throws -> [[Double]] {
    let isDenoising = patching.direction == .denoising
    let base = try TokenBatch(isDenoising ? pair.corrupted : pair.clean)
    let answers = try TokenBatch(pair.clean)
    let source = try model.record(TokenBatch(isDenoising ? pair.clean : pair.corrupted))
    return try model.sites.filter { $0.name == patching.site }.map { site in
      let value = try #require(source[site])
      return try selections(value, site.name, pair.count).map { selection in
        let trace = try model.record(
          base, sites: [Site(.logits)],
          interventions: [Intervention(.replace(value), at: site, selection)])
        let logits = try #require(trace[.logits])
        return metric.value(logits.gathered(rows: metric.rows(in: base)), answers)
      }
    }
  }

  private func selections(_ value: Tensor, _ name: Site.Name, _ count: Int) -> [Selection] {
    switch patching.unit {
    case .layer: [.all]
    case .position: (0..<count).map { Selection(positions: [$0]) }
    case .head:
      (0..<(name.axes.first == .head ? value.shape[0] : value.shape[1])).map {
        Selection(heads: [$0])
      }
    }
  }
}
