// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import CajalTestSupport
import CajalText
import CajalWorkbench
import CajalZoo
import Foundation
import Testing

struct SubjectTests {
  @Test func `a folder opens with model, tokenizer and digest`() throws {
    let folder = try TemporaryFolder.withStandIn()
    let subject = try Subject.open(folder.url.path)
    #expect(subject.name == folder.url.lastPathComponent)
    #expect(subject.loaded.family == "Llama")
    #expect(subject.shape.layers == 2)
    #expect(subject.tokenizerNote == nil)
    #expect(try subject.tokens(of: "Pip é").count == 1 + 4 + 2)
    let digest = try subject.digest()
    #expect(digest.hasPrefix("sha256:") && digest.count == 7 + 64)
    #expect(digest == "sha256:" + (try subject.checkpoint.digest()))
  }

  @Test(arguments: ["hf:karpathy/stories", "https://huggingface.co/karpathy/stories"])
  func `an address is refused with the repository and what to give instead`(address: String) {
    let error = #expect(throws: WorkbenchError.self) { try Subject.open(address) }
    #expect(error?.code == .model)
    #expect(error?.message.contains("'karpathy/stories'") == true)
    #expect(error?.message.contains("give its folder") == true)
  }

  @Test func `what is wrong with the files passes through`() throws {
    let folder = try TemporaryFolder()
    #expect(throws: CheckpointError.self) { try Subject.open(folder.url.path) }
    #expect(throws: CheckpointError.self) { try Subject.open(folder.path("absent")) }
  }

  @Test func `a model without tokenizer reads numbers and says so`() throws {
    let folder = try TemporaryFolder.withStandIn()
    try FileManager.default.removeItem(atPath: folder.path("tokenizer.json"))
    let subject = try Subject.open(folder.url.path)
    #expect(subject.tokenizerNote?.contains("numbers") == true)
    #expect(try subject.tokens(of: "3 17") == [3, 17])
  }

  @Test func `a tokenizer that cannot be read refuses text and leaves the model usable`() throws {
    let folder = try TemporaryFolder.withStandIn()
    try folder.write(
      "{\"version\": \"1.0\", \"model\": {\"type\": \"Unheard\"}}", to: "tokenizer.json")
    let subject = try Subject.open(folder.url.path)
    #expect(subject.tokenizerNote?.contains("Unheard") == true)
    let error = #expect(throws: WorkbenchError.self) { try subject.tokens(of: "3 17") }
    #expect(error?.message.contains("Unheard") == true)
    #expect(error?.message.contains("--tokens") == true)
    #expect(try subject.model.logits(TokenBatch([3, 17])).shape == [2, 258])
  }

  @Test func `the tokens that end a text come from tokenizer and configuration`() throws {
    let folder = try TemporaryFolder.withStandIn()
    #expect(try Subject.open(folder.url.path).endTokens == [1])
  }

  @Test func `the description counts what the model has`() throws {
    let folder = try TemporaryFolder.withStandIn()
    let description = ModelDescription(try Subject.open(folder.url.path))
    // Two embeddings of 258 × 32; a layer of 2·32·32 + 2·16·32 + 3·88·32 and two gains; a final gain.
    #expect(description.parameters == 2 * 258 * 32 + 2 * (2048 + 1024 + 8448 + 64) + 32)
    #expect(description.weightBytes == 4 * description.parameters)
    #expect(description.storedTypes == ["F32": 2 + 2 * 9 + 1])
    #expect(description.sites.first?.text == "tokenEmbedding")
    #expect(description.sites.contains { $0.text == "residualPost.0–1" && $0.axes == "N × D" })
    #expect(description.excusedKeys.map(\.name).contains("architectures"))
    #expect(description.files.map(\.name) == ["model.safetensors", "config.json"])
    #expect(description.files[0].bytes > description.weightBytes)
  }
}
