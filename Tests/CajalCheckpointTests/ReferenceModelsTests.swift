// SPDX-License-Identifier: Apache-2.0

import CajalCheckpoint
import CajalTestSupport
import Foundation
import Testing

/// Real checkpoints; the counts come from the SOURCE.md beside each.
struct ReferenceModelsTests {
  private static let shared = Shared.folder
  private static let models = folders("reference/models")

  private static func folders(_ path: String) -> [String] {
    guard let url = shared?.appendingPathComponent(path) else { return [] }
    let names = try? FileManager.default.contentsOfDirectory(atPath: url.path)
    return (names ?? []).sorted().map { "\(path)/\($0)" }
  }

  private func open(_ path: String) throws -> Checkpoint {
    try Checkpoint.open(#require(Self.shared).appendingPathComponent(path).path)
  }

  @Test(.enabled(if: shared != nil), arguments: models)
  func `a reference model is read whole and finite`(path: String) throws {
    let checkpoint = try open(path)
    #expect(checkpoint.format == .safetensors)
    #expect(checkpoint.configurationFile?.lastPathComponent == "config.json")
    #expect(try checkpoint.configurationLedger().has("model_type"))
    #expect(checkpoint.tensors.count > 5)
    try checkpoint.requireFinite()
    let old = try open(path + "/model.safetensors")
    #expect(try old.digest() == checkpoint.digest())
    let expected = try open(path + "/expected.safetensors")
    #expect(expected.tensors["logits"] != nil || expected.tensors.count > 5)
  }

  @Test(.enabled(if: shared != nil)) func `there are 20 reference models`() {
    #expect(Self.models.count == 20)
  }

  @Test(.enabled(if: shared != nil)) func `stories260K is the same in both layouts`() throws {
    let plain = try open("data/models/stories260K/stories260K.bin")
    #expect(plain.format == .llama2c)
    #expect(plain.parameterCount == 264_128)
    #expect(plain.configuration["n_layers"] == 5)
    #expect(try open("data/models/stories260K").files == plain.files)
    try plain.requireFinite()
    let hub = try open("data/models/stories260K-hf")
    let embedding = try #require(hub.tensors["model.embed_tokens.weight"])
    #expect(try embedding.floats() == plain.tensors["tok_embeddings.weight"]?.floats())
    let down = try #require(hub.tensors["model.layers.4.mlp.down_proj.weight"])
    #expect(try down.floats() == plain.tensors["layers.4.feed_forward.w2.weight"]?.floats())
  }

  @Test(.enabled(if: shared != nil), arguments: ["finetuned_model_0", "l_2_2_model"])
  func `a TransformerLens state dictionary is read, its fixture not taken for a configuration`(
    name: String
  ) throws {
    let checkpoint = try open("data/models/gbmi-induction-heads/derived/\(name).safetensors")
    #expect(checkpoint.tensors["blocks.1.attn.W_K"]?.shape == [1, 64, 64])
    #expect(checkpoint.parameterCount == 37_146)
    #expect(checkpoint.configurationFile == nil)
    #expect(checkpoint.metadata["source"] == "\(name).pth")
    try checkpoint.requireFinite()
  }

  @Test(.enabled(if: shared != nil)) func `minGPT is read from llm-viz`() throws {
    let folder = "data/models/llm-viz-nano-sort/public"
    let model = try open("\(folder)/gpt-nano-sort-model.json")
    #expect(model.configuration["n_embd"] == 48)
    // Added up from the shapes in the file with Python; includes three causal masks of 11 by 11.
    #expect(model.parameterCount == 86_091)
    try model.requireFinite()
    let partials = try open("\(folder)/gpt-nano-sort-t0-partials.json")
    #expect(partials.tensors["idx"]?.shape == [3, 11])
  }
}
