// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import CajalTestSupport
import CajalZoo
import Foundation
import Testing

/// stories260K, a trained language model, in llama2.c's file and in Hugging Face layout.
@Suite(.enabled(if: Shared.folder != nil, "the shared models are absent"))
struct Llama2CTests {
  static let layouts = ["stories260K/stories260K.bin", "stories260K-hf"]

  private func load(_ name: String) throws -> any LanguageModel {
    let folder = try #require(Shared.folder).appending(path: "data/models")
    return try ArchitectureCatalogue.load(
      Checkpoint.open(folder.appending(path: name).path)
    ).model
  }

  /// The tokens that llama2.c publishes for a greedy run from the first token on.
  private func publishedTokens() throws -> [Int] {
    let file = try #require(Shared.folder).appending(
      path: "data/models/stories260K/expected_greedy.json")
    struct Published: Decodable { let greedy_token_ids: [Int] }
    return try JSONDecoder().decode(Published.self, from: Data(contentsOf: file)).greedy_token_ids
  }

  @Test(arguments: layouts)
  func `continues for 200 tokens as llama2.c publishes`(_ layout: String) throws {
    let (model, published) = (try load(layout), try publishedTokens())
    var tokens = Array(published.prefix(1))
    while tokens.count < published.count {
      var tap = NoTap()
      let batch = try TokenBatch(tokens)
      let residual = try model.run(batch, until: .layer(model.shape.layers), tap: &tap)
      let last = try TokenBatch([tokens[tokens.count - 1]])
      let logits = model.unembed(
        residual.rows(tokens.count - 1..<tokens.count), model.begin(last, RunOptions()), &tap)
      tokens.append(logits.argmax()[0])
    }
    #expect(published.count == 201)
    #expect(tokens == published)
  }

  @Test(arguments: layouts)
  func `logits after a prompt are those of an independent float64 pass`(_ layout: String) throws {
    struct Published: Decodable {
      struct Check: Decodable { let ids: [Int], last_logits_f64: [Double] }
      let prompt_check: Check
    }
    let file = try #require(Shared.folder).appending(
      path: "data/models/stories260K/expected_greedy.json")
    let check = try JSONDecoder().decode(Published.self, from: Data(contentsOf: file)).prompt_check
    let logits = try load(layout).logits(TokenBatch(check.ids))
    expectRelativelyClose(
      logits.rows(check.ids.count - 1..<check.ids.count),
      Tensor(check.last_logits_f64.map { Float($0) }, shape: [1, 512]), layout, tolerance: 1e-5)
  }

  @Test func `the folder equals what the reference implementation computes`() throws {
    let folder = try #require(Shared.folder).appending(path: "data/models/stories260K-hf")
    let reference = ReferenceModel(folder: folder, configuration: "config.json")
    try reference.verifyAgainstReference()
  }

  @Test func `both layouts give the same logits`() throws {
    let batch = try TokenBatch([[1, 403, 407, 261, 378], [1, 400, 300, 2, 17, 99, 101]])
    let (file, folder) = (try load(Self.layouts[0]), try load(Self.layouts[1]))
    // Rotary pairs are neighbours in one and halves in the other, so sums have another order.
    expectRelativelyClose(try file.logits(batch), try folder.logits(batch), "logits")
    #expect(file.weights.parameterCount == 260_032)
    #expect(folder.weights.parameterCount == 260_032)
  }

  @Test(arguments: layouts)
  func `keeps what every architecture must keep`(_ layout: String) throws {
    try ArchitectureConformance(load(layout), named: layout).verifyReading()
  }
}
