// SPDX-License-Identifier: Apache-2.0
import CajalText
import Foundation
import Testing

/// The real vocabularies of the shared data.
@Suite(.enabled(if: SharedTokenizer.isPresent))
struct SharedVocabularyTests {
  private struct Tiktoken: Decodable {
    struct Encoding: Decodable {
      var size: Int
      var ids: [[Int]]
    }

    var texts: [String]
    var encodings: [String: Encoding]
  }

  /// Of tiktoken 0.14; written by dev/fixtures/make_tiktoken_cases.py.
  @Test(arguments: [
    ("gpt2", "encoder.json"), ("r50k_base", "r50k_base.tiktoken"),
    ("p50k_base", "p50k_base.tiktoken"), ("p50k_edit", "p50k_base.tiktoken"),
    ("cl100k_base", "cl100k_base.tiktoken"), ("o200k_base", "o200k_base.tiktoken"),
    ("o200k_harmony", "o200k_base.tiktoken"),
  ])
  func `files of ranks give the tokens of tiktoken`(_ encoding: String, _ file: String) throws {
    let fixture = try JSONDecoder().decode(Tiktoken.self, from: TextFixture.bytes("tiktoken.json"))
    let expected = try #require(fixture.encodings[encoding])
    let tokenizer = try open(encoding, file)
    #expect(tokenizer.vocabularySize == expected.size)
    for (text, ids) in zip(fixture.texts, expected.ids) {
      #expect(try tokenizer.encode(text) == ids, "“\(text)”")
      expectSameBytes(tokenizer.decode(ids, skipSpecialTokens: false), text)
    }
  }

  /// A file under its own name, or a link to it that has the name of another encoding.
  private func open(_ encoding: String, _ file: String) throws -> any Tokenizer {
    let path = "tokenizers/tiktoken-rs/\(file)"
    guard file.hasSuffix(".tiktoken"), !file.hasPrefix(encoding) else {
      return try SharedTokenizer.open(path)
    }
    var tokenizer: (any Tokenizer)?
    try withTextFiles(["empty": ""]) { folder in
      let link = folder.appendingPathComponent("\(encoding).tiktoken")
      try FileManager.default.createSymbolicLink(
        at: link, withDestinationURL: SharedTokenizer.url(path))
      tokenizer = try TokenizerFile.open(link)
    }
    return try #require(tokenizer)
  }

  /// The vocabulary of BERT with the configuration of its time, when decoding cleaned up by default.
  private func bert() throws -> any Tokenizer {
    let vocabulary = try SharedTokenizer.bytes("tokenizers/swift-transformers/bert-vocab.txt")
    var tokenizer: (any Tokenizer)?
    try withTextFiles([
      "vocab.txt": String(decoding: vocabulary, as: UTF8.self),
      "tokenizer_config.json":
        #"{"tokenizer_class": "BertTokenizer", "clean_up_tokenization_spaces": true}"#,
    ]) { tokenizer = try TokenizerFile.open($0) }
    return try #require(tokenizer)
  }

  /// The model of Llama 2 with the configuration of its time.
  private func llama() throws -> any Tokenizer {
    let model = try SharedTokenizer.bytes("tokenizers/llama2.c/tokenizer.model")
    var tokenizer: (any Tokenizer)?
    try withTextFiles([
      "tokenizer_config.json":
        #"{"tokenizer_class": "LlamaTokenizer", "add_bos_token": true, "legacy": true}"#
    ]) { folder in
      try Data(model).write(to: folder.appendingPathComponent("tokenizer.model"))
      tokenizer = try TokenizerFile.open(folder)
    }
    return try #require(tokenizer)
  }

  private func fixture<Value: Decodable>(_ name: String, _ type: Value.Type) throws -> Value {
    let data = try Data(contentsOf: SharedTokenizer.url("tokenizers/swift-transformers/\(name)"))
    return try JSONDecoder().decode(type, from: data)
  }

  private struct Encoded: Decodable {
    var text: String
    var bpeTokens: [String]
    var tokenIds: [Int]
    var decodedText: String

    enum CodingKeys: String, CodingKey {
      case text
      case bpeTokens = "bpe_tokens"
      case tokenIds = "token_ids"
      case decodedText = "decoded_text"
    }
  }

  /// Of the fixtures of swift-transformers, by transformers.
  @Test func `a page of French is cut as by BERT, GPT-2 and Llama`() throws {
    let tokenizers = [
      ("llama_encoded.json", try llama()),
      ("bert_uncased_encoded.json", try bert()),
      ("gpt2_encoded_tokens.json", try SharedTokenizer.open("tokenizers/tiktoken-rs/encoder.json")),
    ]
    for (name, tokenizer) in tokenizers {
      let expected = try fixture(name, Encoded.self)
      let ids = try tokenizer.encode(expected.text)
      #expect(ids == expected.tokenIds)
      let plain = try tokenizer.encode(expected.text, addSpecialTokens: false)
      #expect(plain.compactMap(tokenizer.token) == expected.bpeTokens)
      expectSameBytes(tokenizer.decode(ids, skipSpecialTokens: false), expected.decodedText)
    }
  }

  /// Of the fixtures of swift-transformers: every tenth question of SQuAD.
  @Test func `questions are cut as by BERT`() throws {
    struct Question: Decodable {
      var original: String
      var wordpiece: [String]
    }
    let tokenizer = try bert()
    let questions = try fixture("question_tokens.json", [Question].self)
    let numbers = try fixture("tokenized_questions.json", [[Int]].self)
    #expect(questions.count == 10_570)
    for index in stride(from: 0, to: questions.count, by: 10) {
      let ids = try tokenizer.encode(questions[index].original, addSpecialTokens: false)
      #expect(ids == numbers[index], "\(questions[index].original)")
      #expect(ids.compactMap(tokenizer.token) == questions[index].wordpiece)
    }
  }

  /// Of the fixtures of swift-transformers: texts that are hard on tokenizers, by transformers 4.
  @Test func `hard texts are cut as by BERT, GPT-2 and Llama`() throws {
    struct Case: Decodable {
      struct Encoded: Decodable {
        var ids: [Int]

        enum CodingKeys: String, CodingKey { case ids = "input_ids" }
      }

      var input: String
      var encoded: Encoded
      var withSpecial: String
      var withoutSpecial: String

      enum CodingKeys: String, CodingKey {
        case input, encoded
        case withSpecial = "decoded_with_special"
        case withoutSpecial = "decoded_without_special"
      }
    }
    let cases = try fixture("tokenizer_tests.json", [String: [Case]].self)
    let tokenizers = [
      ("google-bert/bert-base-uncased", try bert()),
      ("coreml-projects/Llama-2-7b-chat-coreml", try llama()),
    ]
    for (name, tokenizer) in tokenizers {
      for member in try #require(cases[name]) {
        #expect(try tokenizer.encode(member.input) == member.encoded.ids, "\(member.input)")
        let ids = member.encoded.ids
        expectSameBytes(tokenizer.decode(ids, skipSpecialTokens: false), member.withSpecial)
        expectSameBytes(tokenizer.decode(ids), member.withoutSpecial)
      }
    }
    let gpt2 = try SharedTokenizer.open("tokenizers/tiktoken-rs/encoder.json")
    for member in try #require(cases["distilgpt2"]) {
      #expect(try gpt2.encode(member.input) == member.encoded.ids, "\(member.input)")
    }
  }
}
