// SPDX-License-Identifier: Apache-2.0
import CajalText
import Foundation
import Testing

/// A folder with files of text, gone after the test.
func withTextFiles(_ files: [String: String], _ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("cajal-text-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: folder) }
  for (name, text) in files {
    let url = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }
  try body(folder)
}

struct TokenizerConfigurationTests {
  struct Member: Decodable {
    struct Text: Decodable {
      var text: String
      var ids: [Int]
      var decoded: String
    }

    var name: String
    var files: [String: String]
    var special: [String: String]
    var beginning: Int?
    var end: Int?
    var size: Int
    var texts: [Text]
  }

  /// Of transformers 5.23; written by dev/fixtures/make_pipeline_cases.py.
  @Test func `added tokens, marks and roles are those of transformers`() throws {
    let members = try JSONDecoder().decode(
      [Member].self, from: TextFixture.bytes("configurations.json"))
    #expect(members.count == 13)
    for member in members {
      try withTextFiles(member.files) { folder in
        let tokenizer = try #require(try TokenizerFile.open(folder))
        #expect(tokenizer.beginningOfSequence == member.beginning, "\(member.name)")
        #expect(tokenizer.endOfSequence == member.end, "\(member.name)")
        #expect(tokenizer.vocabularySize == member.size, "\(member.name)")
        for text in member.texts {
          #expect(try tokenizer.encode(text.text) == text.ids, "\(member.name): “\(text.text)”")
          expectSameBytes(tokenizer.decode(text.ids), text.decoded, "\(member.name)")
        }
        let roles = try TokenizerFile.configuration(folder)?.specialTokens ?? [:]
        #expect(
          roles.filter { member.special.keys.contains($0.key) } == member.special,
          "\(member.name)")
      }
    }
  }

  private func configuration(_ files: [String: String]) throws -> TokenizerConfiguration? {
    var result: TokenizerConfiguration?
    try withTextFiles(files.merging(["model.bin": ""]) { $1 }) { folder in
      result = try TokenizerFile.configuration(folder)
      let beside = try TokenizerFile.configuration(folder.appendingPathComponent("model.bin"))
      #expect(beside?.chatTemplates == result?.chatTemplates)
    }
    return result
  }

  @Test func `a folder without configuration has none`() throws {
    #expect(try configuration([:]) == nil)
    #expect(try configuration(["config.json": #"{"model_type": "gpt2"}"#]) == nil)
  }

  @Test func `switches and lengths are read where they are given`() throws {
    let read = try #require(
      try configuration([
        "tokenizer_config.json": """
        {"tokenizer_class": "LlamaTokenizerFast", "add_bos_token": true, "add_eos_token": false,
         "legacy": false, "add_prefix_space": null, "clean_up_tokenization_spaces": true,
         "model_max_length": 4096, "padding_side": "left", "auto_map": {"x": ["y"]}}
        """
      ]))
    #expect(read.tokenizerClass == "LlamaTokenizerFast")
    #expect(read.addsBeginningOfSequence == true)
    #expect(read.addsEndOfSequence == false)
    #expect(read.isLegacy == false)
    #expect(read.addsPrefixSpace == nil)
    #expect(read.cleansUpSpaces)
    #expect(read.maximumLength == 4096)
    let endless = try configuration([
      "tokenizer_config.json": #"{"model_max_length": 1000000000000000019884624838656}"#
    ])
    #expect(endless?.maximumLength == nil)
  }

  @Test func `templates come from their own files first`() throws {
    let inside = #"{"chat_template": "inside"}"#
    #expect(
      try configuration(["tokenizer_config.json": inside])?.chatTemplates == ["default": "inside"])
    #expect(
      try configuration([
        "tokenizer_config.json":
          #"{"chat_template": [{"name": "default", "template": "a"}, {"name": "t", "template": "b"}]}"#
      ])?.chatTemplates == ["default": "a", "t": "b"])
    #expect(
      try configuration(["tokenizer_config.json": inside, "chat_template.jinja": "a\r\nb\rc"])?
        .chatTemplates == ["default": "a\nb\nc"])
    #expect(
      try configuration([
        "tokenizer_config.json": inside, "additional_chat_templates/tool_use.jinja": "tools",
        "additional_chat_templates/read.me": "no",
      ])?.chatTemplates == ["tool_use": "tools"])
    #expect(
      try configuration(["chat_template.json": #"{"chat_template": "old"}"#])?.chatTemplates
        == ["default": "old"])
    #expect(
      try configuration([
        "chat_template.json": #"{"chat_template": "old"}"#, "chat_template.jinja": "new",
      ])?.chatTemplates == ["default": "new"])
  }

  @Test func `spaces before punctuation go where the configuration says so, not of byte pairs`()
    throws
  {
    func decoded(_ model: String) throws -> String {
      var text = ""
      try withTextFiles([
        "tokenizer.json": #"{"version": "1.0", "model": \#(model)}"#,
        "tokenizer_config.json": #"{"clean_up_tokenization_spaces": true}"#,
      ]) { text = try TokenizerFile.open($0)?.decode([0, 1, 2, 0]) ?? "" }
      return text
    }
    let vocabulary = #""vocab": {"do": 0, "'": 1, "!": 2}, "unk_token": "do""#
    #expect(try decoded(#"{"type": "WordLevel", \#(vocabulary)}"#) == "do '! do")
    #expect(try decoded(#"{"type": "BPE", "merges": [], \#(vocabulary)}"#) == "do ' ! do")
  }

  @Test(arguments: [
    ("tokenizer_config.json", #"{"bos_token": 1}"#), ("tokenizer_config.json", "[]"),
    ("tokenizer_config.json", #"{"added_tokens_decoder": {"a": {"content": "b"}}}"#),
    ("tokenizer_config.json", #"{"added_tokens_decoder": {"1": "b"}}"#),
    ("tokenizer_config.json", #"{"chat_template": [{"name": "a"}]}"#),
    ("tokenizer_config.json", #"{"add_bos_token": "yes"}"#),
    ("special_tokens_map.json", #"{"additional_special_tokens": [1]}"#),
    ("added_tokens.json", #"{"a": "b"}"#), ("chat_template.json", "{}"),
  ])
  func `broken files are refused by name`(_ name: String, _ text: String) throws {
    try withTextFiles([name: text]) { folder in
      let error = textError { _ = try TokenizerFile.configuration(folder) }
      #expect(error?.code == .malformed)
      #expect(error?.message.hasPrefix("\(folder.path)/\(name): ") == true)
    }
  }
}
