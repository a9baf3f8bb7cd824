// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTestSupport
import Foundation
import Testing

/// The vocabularies that llama.cpp keeps for its tests; counts as its `gguf` package reads them.
struct GGUFVocabularyFilesTests {
  private static let folder = Shared.folder?.appendingPathComponent("data/tokenizers/llama.cpp")

  /// File, `tokenizer.ggml.model`, tokens, merges, keys in all.
  private static let files: [(name: String, model: String, tokens: Int, merges: Int, keys: Int)] = [
    ("bert-bge", "bert", 30522, 0, 20),
    ("deepseek-coder", "gpt2", 32256, 31757, 25),
    ("deepseek-llm", "gpt2", 102400, 99757, 23),
    ("falcon", "gpt2", 65024, 64784, 18),
    ("gpt-2", "gpt2", 50257, 50000, 16),
    ("gpt-neox", "gpt2", 50432, 50009, 17),
    ("llama-spm", "llama", 32000, 0, 22),
    ("mpt", "gpt2", 50432, 50009, 17),
    ("phi-3", "llama", 32064, 0, 26),
    ("refact", "gpt2", 49216, 48891, 18),
    ("starcoder", "gpt2", 49152, 48872, 19),
  ]

  @Test(.enabled(if: folder != nil), arguments: files)
  func `a vocabulary has the tokens and merges of its reference`(
    name: String, model: String, tokens: Int, merges: Int, keys: Int
  ) throws {
    let folder = try #require(Self.folder)
    let file = try GGUFFile(folder.appendingPathComponent("ggml-vocab-\(name).gguf").path)
    #expect(file["tokenizer.ggml.model"]?.string == model)
    #expect(file["tokenizer.ggml.tokens"]?.array?.strings?.count == tokens)
    #expect((file["tokenizer.ggml.merges"]?.array?.strings?.count ?? 0) == merges)
    #expect(file["tokenizer.ggml.token_type"]?.array?.integers?.count == tokens)
    #expect(file.keys.count == keys && file.tensors.isEmpty)
  }

  @Test(.enabled(if: folder != nil)) func `there is a row for every vocabulary`() throws {
    let folder = try #require(Self.folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".gguf") }
    #expect(Set(names) == Set(Self.files.map { "ggml-vocab-\($0.name).gguf" }))
  }
}
