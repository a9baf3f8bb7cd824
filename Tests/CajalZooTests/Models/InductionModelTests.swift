// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import CajalTestSupport
import CajalZoo
import Foundation
import Testing

/// gbmi's seven attention-only models: state dictionaries of TransformerLens without norms and MLPs,
/// with logits and patterns computed in float64 by an independent forward pass.
@Suite(.enabled(if: Shared.folder != nil, "the shared models are absent"))
struct InductionModelTests {
  static let names = [
    "finetuned_model_0", "finetuned_model_100", "finetuned_model_200", "finetuned_model_300",
    "finetuned_model_400", "finetuned_model_test", "l_2_2_model",
  ]

  /// What the source of the models says of them, as TransformerLens writes configurations.
  static let configuration = """
    {"n_layers": 2, "d_model": 64, "n_ctx": 8, "d_head": 64, "n_heads": 1, "d_vocab": 26,
     "attn_only": true, "normalization_type": null, "positional_embedding_type": "standard"}
    """

  private func load(_ name: String) throws -> any LanguageModel {
    let file = FileManager.default.temporaryDirectory.appending(
      path: "induction-\(name)-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(Self.configuration.utf8).write(to: file)
    return try ArchitectureCatalogue.load(
      Checkpoint.open(
        folder().appending(path: name + ".safetensors").path, configuration: file.path)
    ).model
  }

  private func folder() throws -> URL {
    try #require(Shared.folder).appending(path: "data/models/gbmi-induction-heads/derived")
  }

  private struct Fixture: Decodable {
    let tokens: [[Int]]
    let logits_f64: [[[Double]]]
    let attn_L0_f64, attn_L1_f64: [[[Double]]]
  }

  @Test(arguments: names)
  func `logits and patterns equal the independent forward pass`(_ name: String) throws {
    let model = try load(name)
    let fixture = try JSONDecoder().decode(
      Fixture.self, from: Data(contentsOf: folder().appending(path: name + ".fixture.json")))
    let batch = try TokenBatch(fixture.tokens)
    let trace = try model.record(batch)
    func flat(_ values: [[[Double]]], _ shape: [Int]) -> Tensor {
      Tensor(values.joined().joined().map { Float($0) }, shape: shape)
    }
    // Logits reach 100, so the bound is relative to the largest, as everywhere.
    expectRelativelyClose(
      try #require(trace[.logits]), flat(fixture.logits_f64, [batch.count, 26]), "logits",
      tolerance: 1e-5)
    for (layer, wanted) in [fixture.attn_L0_f64, fixture.attn_L1_f64].enumerated() {
      let found = try #require(trace[.attentionPattern, layer: layer])
      expectWithin(
        1e-5, found, flat(wanted, [1, batch.count, 8]), "pattern \(layer)")
    }
  }

  @Test(arguments: ["finetuned_model_0", "l_2_2_model"])
  func `keeps what every architecture must keep`(_ name: String) throws {
    try ArchitectureConformance(load(name), named: name, longest: 8).verify()
  }
}
