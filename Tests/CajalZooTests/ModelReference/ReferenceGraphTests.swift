// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTestSupport
import Foundation
import Testing

/// The Float64 reference is worth something only if it computes what the engine computes.
struct ReferenceGraphTests {
  static let models = (ReferenceModel.everyShared + ReferenceModel.everyFixture).filter {
    $0.configuration == "config.json"
  }

  @Test(arguments: models)
  func `equals the engine at every site`(_ reference: ReferenceModel) throws {
    let model = try reference.load()
    let batch = try TokenBatch.gradients(of: model)
    let graph = try ReferenceGraph(model, batch)
    let trace = try model.record(batch)
    #expect(graph.sites == trace.sites)
    for site in trace.sites {
      expectClose(
        try #require(trace[site]), try #require(graph[site]), tolerance: 1e-5, "\(site)")
    }
  }

  @Test(arguments: models.prefix(1))
  func `runs again to the same bits when nothing is moved`(_ reference: ReferenceModel) throws {
    let model = try reference.load()
    let graph = try ReferenceGraph(model, TokenBatch.gradients(of: model))
    let place = try #require(graph.places[Site(.tokenEmbedding)])
    let zeros = [Double](repeating: 0, count: graph.values[place].count)
    #expect(graph.last(adding: zeros, at: place) == graph[Site(.logits)])
  }
}

extension ReferenceModel {
  /// Every model beside the repository.
  static let everyShared = shared(
    "gemma", "gemma2", "gemma3", "gpt-neo", "gpt-neox", "gpt-neox-sequential", "gpt2", "llama",
    "llama-3-rope", "llama-gqa", "mistral", "mixtral", "olmo2", "opt", "phi", "phi3", "qwen2",
    "qwen3", "qwen3-moe", "stablelm")

  /// Every committed fixture that is read at all.
  static let everyFixture = fixtures().filter {
    !TransformerLensTests.refused.contains($0.folder.lastPathComponent)
  }
}

extension TokenBatch {
  /// Two sequences of nine tokens together, the longer one beyond every window of the fixtures.
  static func gradients(of model: any LanguageModel) throws -> TokenBatch {
    let V = min(model.shape.vocabulary, model.shape.answers)
    return try TokenBatch([(0..<7).map { ($0 * 11 + 5) % V }, [2 % V, 9 % V]])
  }
}
