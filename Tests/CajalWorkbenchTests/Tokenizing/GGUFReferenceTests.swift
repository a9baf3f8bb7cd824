// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import CajalText
import CajalWorkbench
import Foundation
import Synchronization
import Testing

/// The vocabularies and test cases of llama.cpp: `models/ggml-vocab-*.gguf` with `.inp` and `.out`, as
/// its `test-tokenizer-0` reads them.
struct GGUFReferenceTests {
  private static let folder = Shared.folder?.appendingPathComponent("data/tokenizers/llama.cpp")
  private static let names = [
    "bert-bge", "deepseek-coder", "deepseek-llm", "falcon", "gpt-2", "llama-spm", "mpt", "phi-3",
    "refact", "starcoder",
  ]

  /// Each vocabulary is read once.
  private static let opened = Mutex<[String: any Tokenizer]>([:])

  private func open(_ name: String) throws -> any Tokenizer {
    let folder = try #require(Self.folder)
    return try Self.opened.withLock { opened in
      if let tokenizer = opened[name] { return tokenizer }
      let file = folder.appendingPathComponent("ggml-vocab-\(name).gguf")
      let tokenizer = try TokenizerSource.open(file.path).tokenizer
      opened[name] = tokenizer
      return tokenizer
    }
  }

  private func text(_ name: String, _ ending: String) throws -> String {
    let folder = try #require(Self.folder)
    let file = folder.appendingPathComponent("ggml-vocab-\(name).gguf.\(ending)")
    return String(decoding: try Data(contentsOf: file), as: UTF8.self)
  }

  @Test(.enabled(if: folder != nil), arguments: names)
  func `the 47 cases have the tokens of the reference`(name: String) throws {
    let tokenizer = try open(name)
    let cases = try text(name, "inp").components(separatedBy: "\n__ggml_vocab_test__\n")
    let expected = try text(name, "out").components(separatedBy: "\n")
    #expect(cases.count == 47 && expected.count == 47)
    for (text, line) in zip(cases, expected) {
      let ids = try tokenizer.encode(text, addSpecialTokens: false)
      #expect(ids == line.split(separator: " ").compactMap { Int($0) }, "\(text.debugDescription)")
      // Word pieces lose case and spaces; all others give the text again.
      if name != "bert-bge" { #expect(tokenizer.decode(ids) == text) }
    }
  }

  /// Computed with llama.cpp (`llama_tokenize` with special tokens, October 2026).
  @Test(
    .enabled(if: folder != nil),
    arguments: [
      (
        "gpt-neox", "Hello world! 12345 <|endoftext|>  a\n\n b",
        [12092, 1533, 2, 209, 10683, 1857, 209, 0, 50276, 66, 535, 270]
      ),
      (
        "gpt-neox", "größe  привет 你好 🙂",
        [737, 2381, 44366, 50276, 22682, 16423, 7508, 209, 24553, 34439, 42908]
      ),
      (
        "gpt-neox", "x=y+1; $5 ``don't``",
        [89, 30, 90, 12, 18, 28, 209, 5, 22, 20890, 9903, 8, 85, 5190]
      ),
      ("phi-3", "<|user|>\nHi  <|end|>  \n a</s> b", [1, 32010, 6324, 259, 32007, 263, 2, 289]),
      ("phi-3", " x", [1, 29871, 921]), ("phi-3", "<s> a", [1, 1, 29871, 263]),
      (
        "bert-bge", "Unaffable [MASK] 東京 [SEP]x",
        [101, 14477, 20961, 3468, 103, 1879, 1755, 102, 1060, 102]
      ),
      (
        "mpt", "a       b          c\n                        d<|endoftext|>",
        [66, 50271, 67, 50268, 68, 187, 50254, 69, 0]
      ),
    ])
  func `marks and runs of spaces are found as the reference finds them`(
    name: String, text: String, ids: [Int]
  ) throws {
    #expect(try open(name).encode(text, addSpecialTokens: true) == ids)
  }

  /// Of the fixtures of swift-transformers, as transformers has them.
  @Test(
    .enabled(if: folder != nil),
    arguments: [
      ("falcon", "falcon_encoded"), ("gpt-2", "gpt2_encoded_tokens"),
      ("llama-spm", "llama_encoded"),
    ])
  func `a long text has the tokens that transformers gives`(name: String, file: String) throws {
    struct Text: Decodable {
      var text: String
      var ids: [Int]

      enum CodingKeys: String, CodingKey {
        case text
        case ids = "token_ids"
      }
    }
    let url = try #require(Shared.folder)
      .appendingPathComponent("data/tokenizers/swift-transformers/\(file).json")
    let expected = try JSONDecoder().decode(Text.self, from: Data(contentsOf: url))
    #expect(try open(name).encode(expected.text) == expected.ids)
  }

  @Test(.enabled(if: folder != nil)) func `offsets cover the text in order`() throws {
    let text = "größe  привет 你好 🙂\nx"
    let count = text.unicodeScalars.count
    for name in ["bert-bge", "gpt-2", "llama-spm"] {
      let encoding = try open(name).encoding(of: text, addSpecialTokens: false)
      #expect(encoding.offsets.last?.upperBound == count, "\(name)")
      for (left, right) in zip(encoding.offsets, encoding.offsets.dropFirst()) {
        #expect(left.lowerBound <= right.lowerBound && left.upperBound <= right.upperBound)
      }
    }
  }

  @Test(.enabled(if: folder != nil)) func `a folder with a single GGUF file is that file`() throws {
    let folder = try TemporaryFolder()
    let source = try #require(Self.folder).appendingPathComponent("ggml-vocab-gpt-2.gguf")
    try FileManager.default.copyItem(
      at: source, to: folder.url.appendingPathComponent("model.gguf"))
    #expect(try TokenizerSource.open(folder.url.path).tokenizer.vocabularySize == 50_257)
    try FileManager.default.copyItem(
      at: source, to: folder.url.appendingPathComponent("other.gguf"))
    let error = #expect(throws: WorkbenchError.self) { try TokenizerSource.open(folder.url.path) }
    #expect(error?.message.contains("model.gguf, other.gguf could all be meant") == true)
  }
}
