// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import CajalText

/// Folders with a SentencePiece model and what transformers makes of them; written by
/// dev/fixtures/make_sentencepiece_folder_cases.py.
struct SentencePieceFolder: Decodable, CustomTestStringConvertible {
  struct Tokens: Decodable {
    var ids: [Int]
    var offsets: [Int]
  }

  struct Case: Decodable {
    var text: String
    var marked: Tokens
    var plain: Tokens
    var decoded: String
    var decodedWithMarks: String
  }

  var model: String
  var file: String
  var files: [String: String]
  var name: String?
  var size: Int?
  var beginning: Int?
  var end: Int?
  /// None where transformers refuses the folder.
  var cases: [Case]

  var testDescription: String {
    "\(model) as \(file) with \(files.sorted { $0.key < $1.key }.map(\.value).joined(separator: " "))"
  }

  static func all(_ name: String) -> [SentencePieceFolder] {
    (try? JSONDecoder().decode(  // A test counts what is there.
      [SentencePieceFolder].self, from: TextFixture.bytes("SentencePiece/\(name).json"))) ?? []
  }

  /// Opens the model beside the files.
  func open(_ model: [UInt8]) throws -> any Tokenizer {
    var tokenizer: (any Tokenizer)?
    try withTextFiles(files) { folder in
      try Data(model).write(to: folder.appendingPathComponent(file))
      tokenizer = try TokenizerFile.open(folder)
    }
    return try #require(tokenizer)
  }

  /// Compares all cases.
  func check(_ tokenizer: any Tokenizer) throws {
    #expect(tokenizer.vocabularySize == size)
    #expect(tokenizer.beginningOfSequence == beginning)
    #expect(tokenizer.endOfSequence == end)
    for one in cases {
      let comment: Comment = "\(one.text.debugDescription)"
      for (tokens, adds) in [(one.marked, true), (one.plain, false)] {
        let encoding = try tokenizer.encoding(of: one.text, addSpecialTokens: adds)
        #expect(encoding.ids == tokens.ids, comment)
        let offsets = encoding.offsets.flatMap { [$0.lowerBound, $0.upperBound] }
        #expect(offsets == tokens.offsets, comment)
        #expect(try tokenizer.encode(one.text, addSpecialTokens: adds) == tokens.ids, comment)
      }
      expectSameBytes(tokenizer.decode(one.marked.ids), one.decoded, comment)
      expectSameBytes(
        tokenizer.decode(one.marked.ids, skipSpecialTokens: false), one.decodedWithMarks, comment)
    }
  }
}

struct SentencePieceFolderTests {
  static let folders = SentencePieceFolder.all("folders")

  @Test func `the fixture has every class`() {
    #expect(Self.folders.count == 42)
    #expect(Self.folders.count { $0.cases.isEmpty } == 4)
    #expect(Self.folders.allSatisfy { $0.cases.isEmpty || $0.cases.count == 21 })
    #expect(
      Set(Self.folders.compactMap(\.name)) == [
        "LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer", "T5Tokenizer", "MBartTokenizer",
        "XLMRobertaTokenizer", "CamembertTokenizer", "AlbertTokenizer", "TokenizersBackend",
      ])
  }

  @Test(arguments: folders)
  func `a folder is read as transformers reads it`(_ folder: SentencePieceFolder) throws {
    let model = try SentencePieceFixture.model(folder.model)
    if folder.cases.isEmpty {
      let error = textError { _ = try folder.open(model) }
      #expect(error?.message.contains(folder.file) == true)
    } else {
      try folder.check(try folder.open(model))
    }
  }

  @Test(
    .enabled(if: SharedTokenizer.isPresent), arguments: SentencePieceFolder.all("llama2-folders"))
  func `the model of Llama 2 is read as transformers reads it`(
    _ folder: SentencePieceFolder
  ) throws {
    #expect(folder.cases.count == 45)
    try folder.check(
      try folder.open(SharedTokenizer.bytes("tokenizers/llama2.c/tokenizer.model")))
  }

  @Test func `a model without a configuration is what the library makes of it`() throws {
    let model = try SentencePieceFixture.model("bpe-bytes")
    var folder = try #require(Self.folders.first)
    folder.files = ["README.md": "no configuration"]
    let alone = try folder.open(model)
    #expect(alone.kind.hasPrefix("SentencePiece"))
    #expect(try !alone.encode("a<s>").contains(1))
    folder.files = ["tokenizer_config.json": #"{"tokenizer_class": "LlamaTokenizer"}"#]
    #expect(try folder.open(model).encode("a<s>").last == 1)
  }

  @Test func `a file that is named is read with what stands beside it`() throws {
    try withTextFiles(["tokenizer_config.json": #"{"tokenizer_class": "T5Tokenizer"}"#]) { folder in
      let url = folder.appendingPathComponent("my.model")
      try Data(SentencePieceFixture.model("unigram-rules")).write(to: url)
      let tokenizer = try #require(try TokenizerFile.open(url))
      #expect(try tokenizer.encode("a").last == 2)
      #expect(tokenizer.id(of: "<extra_id_0>") == 302)
    }
  }

  @Test(arguments: [
    (#"{"tokenizer_class": "XLNetTokenizer"}"#, "a XLNetTokenizer"),
    (#"{"tokenizer_class": "BertTokenizerFast"}"#, "a BertTokenizer"),
    (#"{"tokenizer_class": "Mine", "auto_map": {"AutoTokenizer": ["mine.Mine", null]}}"#, "a Mine"),
    (#"{"auto_map": {"AutoTokenizer": ["mine.Mine", null]}}"#, "a class of its own"),
    (#"{"tokenizer_class": "T5Tokenizer", "extra_ids": 2147483647}"#, "extra_ids"),
  ])
  func `a class that is not implemented is refused by name`(
    _ configuration: String, _ name: String
  ) throws {
    var folder = try #require(Self.folders.first)
    folder.files = ["tokenizer_config.json": configuration]
    let model = try SentencePieceFixture.model("unigram-rules")
    let error = textError { _ = try folder.open(model) }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
  }

  @Test func `a piece that would take quadratic time is refused`() throws {
    let long = [UInt8](repeating: 0x61, count: 100_000)
    // A message of a piece: its spelling, 100 000 bytes long.
    let piece = [0x0A, 0xA4, 0x8D, 0x06, 0x0A, 0xA0, 0x8D, 0x06] + long
    let model = try SentencePieceFixture.model("bpe-bytes") + piece
    let error = textError {
      _ = try SentencePieceTerms.tokenizer(model, as: .llama, TokenizerConfiguration())
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("100000 bytes") == true, "\(error?.message ?? "")")
  }

  @Test(arguments: ["bpe-rules", "unigram-rules"])
  func `damaged models are refused or read, whatever the class`(_ name: String) throws {
    let file = try SentencePieceFixture.model(name)
    let kinds: [SentencePieceClass] = [
      .generic, .llama, .codeLlama, .gemma, .t5, .xlmRoberta, .camembert, .albert, .mbart,
    ]
    var source = SystemRandomNumberGenerator()
    for kind in kinds {
      for _ in 0..<12 {
        var damaged = file
        for _ in 0..<Int.random(in: 1...3, using: &source) {
          damaged[Int.random(in: damaged.indices, using: &source)] = .random(in: 0...255)
        }
        do throws(TextError) {
          let tokenizer = try SentencePieceTerms.tokenizer(
            damaged, as: kind, TokenizerConfiguration())
          _ = tokenizer.decode(try tokenizer.encode("<s>the ﬁ  fox\n"))
        } catch {
          #expect(!error.message.isEmpty)
        }
      }
    }
  }

  private struct Choice: CustomTestStringConvertible {
    var declared: String?
    var model: String?
    var type: String?
    var hasOwnCode = false
    /// Nothing where the folder is refused.
    var kind: SentencePieceClass?

    var testDescription: String {
      "\(declared ?? "-") \(model ?? "-") \(type ?? "-")\(hasOwnCode ? " with code" : "")"
    }
  }

  /// Where `tokenizer_config.json` and `config.json` differ; as AutoTokenizer of transformers 5.23.
  private static let choices = [
    Choice(declared: "LlamaTokenizer", type: "llama", kind: .llama),
    Choice(declared: "LlamaTokenizerFast", type: "mistral", kind: .generic),
    Choice(declared: "LlamaTokenizer", type: "phi3", kind: .generic),
    Choice(declared: "LlamaTokenizer", type: "gemma", kind: .llama),
    Choice(declared: "Phi3Tokenizer", kind: .llama),
    Choice(model: "LlamaTokenizer", type: "llama", kind: .llama),
    Choice(model: "T5Tokenizer", type: "llama", kind: .t5),
    Choice(declared: "GemmaTokenizer", model: "LlamaTokenizer", type: "gemma2", kind: .gemma),
    Choice(type: "xmod", kind: .xlmRoberta), Choice(type: "mbart", kind: .mbart),
    Choice(type: "llama", kind: .generic), Choice(type: "nobody", kind: .generic),
    Choice(type: "code_llama", kind: .generic), Choice(type: "xlnet", kind: nil),
    Choice(declared: "Nobody", type: "t5", kind: .generic),
    Choice(declared: "PreTrainedTokenizerFast", type: "t5", kind: .generic),
    Choice(declared: "LlamaTokenizer", type: "qwen2", kind: nil),
    Choice(declared: "LlamaTokenizer", type: "qwen2", hasOwnCode: true, kind: .llama),
    Choice(declared: "Nobody", type: "gemma2", hasOwnCode: true, kind: .generic),
    Choice(declared: "Nobody", type: "llama", hasOwnCode: true, kind: nil),
    Choice(model: "LlamaTokenizer", hasOwnCode: true, kind: nil),
    Choice(type: "internlm2", hasOwnCode: true, kind: .generic),
  ]

  @Test(arguments: choices)
  private func `the class follows from both configurations`(_ choice: Choice) throws {
    let declaration = SentencePieceClass.Declaration(
      tokenizerClass: choice.declared, hasOwnCode: choice.hasOwnCode, modelClass: choice.model,
      modelType: choice.type)
    if let kind = choice.kind {
      #expect(try SentencePieceClass(declaration) == kind)
    } else {
      #expect(textError { _ = try SentencePieceClass(declaration) }?.code == .unsupported)
    }
  }
}
