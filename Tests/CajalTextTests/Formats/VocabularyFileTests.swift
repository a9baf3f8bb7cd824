// SPDX-License-Identifier: Apache-2.0
import CajalText
import Foundation
import Testing

/// Vocabularies in files of their own; the large ones are those of the shared data.
struct VocabularyFileTests {
  private static let merges = "#version: 0.2\na b\nĠ ab\n"
  private static let pieces = #"{"a": 0, "b": 1, "Ġ": 2, "ab": 3, "Ġab": 4, "Ã": 5, "©": 6}"#

  /// The tokens of a text by the files of a folder.
  private func ids(_ files: [String: String], _ text: String) throws -> [Int]? {
    var ids: [Int]?
    try withTextFiles(files) { ids = try TokenizerFile.open($0)?.encode(text) }
    return ids
  }

  @Test func `byte pairs are those of GPT-2 unless the files say otherwise`() throws {
    let files = ["vocab.json": Self.pieces, "merges.txt": Self.merges]
    #expect(try ids(files, "ab abé") == [3, 4, 5, 6])
    #expect(try ids(files, "ab<|endoftext|>") == [3, 7])
    let older = ["encoder.json": Self.pieces, "vocab.bpe": Self.merges]
    #expect(try ids(older, "ab abé") == [3, 4, 5, 6])
    func with(_ configuration: String) throws -> [Int]? {
      try ids(files.merging(["tokenizer_config.json": configuration]) { $1 }, "ab")
    }
    #expect(try with(#"{"add_prefix_space": true}"#) == [4])
    #expect(try with(#"{"add_bos_token": true}"#) == [7, 3])
    // A token that is named for a role is found in texts as such.
    #expect(try with(#"{"add_eos_token": true, "eos_token": "b"}"#) == [0, 1, 1])
    #expect(try with(#"{"tokenizer_class": "RobertaTokenizerFast"}"#) == [7, 3, 8])
    let roberta = files.merging(["config.json": #"{"model_type": "roberta"}"#]) { $1 }
    #expect(try ids(roberta, "ab") == [7, 3, 8])
  }

  @Test func `a missing half, a broken line and an unknown class are refused`() throws {
    let unknown = #"{"tokenizer_class": "UnheardTokenizer"}"#
    let cases: [([String: String], TextError.Code, String)] = [
      (["vocab.json": Self.pieces], .unsupported, "merges.txt"),
      (["vocab.json": Self.pieces, "merges.txt": "a b c\n"], .malformed, "line 1"),
      (["vocab.json": "[]", "merges.txt": ""], .malformed, "vocab.json"),
      (
        ["vocab.json": Self.pieces, "merges.txt": "", "tokenizer_config.json": unknown],
        .unsupported, "UnheardTokenizer"
      ),
      (["vocab.txt": "a\n", "tokenizer_config.json": unknown], .unsupported, "UnheardTokenizer"),
      (["a.tiktoken": "YQ== 0\n", "b.tiktoken": "YQ== 0\n"], .ambiguous, "a.tiktoken, b.tiktoken"),
      (["a.tiktoken": "YQ= 0\n"], .malformed, "line 1"), (["a.tiktoken": ""], .malformed, "ranks"),
      (["a.tiktoken": "YQ== 0\n"], .unsupported, "o200k_base"),
      (["tokenizer.model": "YQ== 0\nYg== 1\n"], .unsupported, "cl100k_base"),
      (["cl100k_base.tiktoken": "YQ== 100257\n"], .malformed, "far beyond"),
    ]
    for (files, code, word) in cases {
      try withTextFiles(files) { folder in
        let error = textError { _ = try TokenizerFile.open(folder) }
        #expect(error?.code == code, "\(error?.message ?? "")")
        #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
      }
    }
  }

  @Test func `word pieces are cut as BERT does, with its marks`() throws {
    let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ncafe\nun\n##able\n你\n"
    let files = ["vocab.txt": vocabulary]
    #expect(try ids(files, "Café unable 你[MASK]") == [2, 5, 6, 7, 8, 4, 3])
    let cased = files.merging(["tokenizer_config.json": #"{"do_lower_case": false}"#]) { $1 }
    #expect(try ids(cased, "Café un") == [2, 1, 6, 3])
    try withTextFiles(files) { folder in
      let tokenizer = try TokenizerFile.open(folder)
      #expect(tokenizer?.decode([2, 6, 7, 5, 3]) == "unable cafe")
      #expect(tokenizer?.kind == "WordPiece, 9 tokens")
    }
  }

  /// Ranks of the 256 bytes and two words.
  private static let ranks: String = {
    let tokens = (0...255).map { [UInt8($0)] } + [Array("ab".utf8), Array(" ab".utf8)]
    return tokens.enumerated()
      .map { "\(Data($0.element).base64EncodedString()) \($0.offset)\n" }.joined()
  }()

  @Test func `ranks with a list of added tokens are read without a known name`() throws {
    let files = [
      "tokenizer.model": Self.ranks,
      "tokenizer_config.json": """
      {"bos_token": "<b>", "add_bos_token": true, "added_tokens_decoder":
       {"300": {"content": "<b>", "special": true}, "302": {"content": "<e>", "special": false}}}
      """,
    ]
    #expect(try ids(files, "ab ab<e>12") == [300, 256, 257, 302, 49, 50])
    try withTextFiles(files) { folder in
      let tokenizer = try TokenizerFile.open(folder)
      #expect(tokenizer?.decode([300, 257, 0xF0, 0x9F, 0x98, 0x80, 302]) == " ab😀<e>")
      #expect(tokenizer?.beginningOfSequence == 300)
    }
  }
}
