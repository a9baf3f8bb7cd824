// SPDX-License-Identifier: Apache-2.0
import CajalText
import Foundation
import Testing

struct TokenizerPipelineTests {
  struct Variant: Decodable, CustomTestStringConvertible {
    var name: String
    /// A `tokenizer.json` as text: read with Foundation it would lose one of `é` and `e\u{301}`.
    var tokenizer: String
    var cases: [TextFixture.Case]
    var testDescription: String { name }
  }

  /// Small tokenizers that switch each setting; expected values from the package `tokenizers`.
  static let variants: [Variant] = {
    do {
      return try JSONDecoder().decode(
        [Variant].self, from: TextFixture.bytes("byte-pair-variants.json"))
    } catch {
      return []  // The next test counts them.
    }
  }()

  @Test func `the fixture has its variants`() {
    #expect(Self.variants.count == 9)
    #expect(Self.variants.allSatisfy { $0.cases.count >= 18 })
  }

  @Test(arguments: variants)
  func `every setting does what the reference does`(_ variant: Variant) throws {
    let tokenizer = try TokenizerPipeline(json: Array(variant.tokenizer.utf8))
    for one in variant.cases {
      #expect(try tokenizer.encode(one.text) == one.ids, "\(one.text.debugDescription)")
      expectSameBytes(tokenizer.decode(one.ids), one.decoded)
      expectSameBytes(
        tokenizer.decode(one.ids, skipSpecialTokens: false), try #require(one.decodedWithMarks))
    }
  }

  @Test func `a character without token and without fallback leaves nothing, as in the reference`()
    throws
  {
    let tokenizer = try TokenizerPipeline(json: TinyTokenizer.json())
    #expect(try tokenizer.encode("ab") == [2])
    #expect(try tokenizer.encode("a\u{1B}b") == [2])
  }

  @Test func `numbers beyond the vocabulary become replacement characters`() throws {
    let tokenizer = try TokenizerPipeline(json: TinyTokenizer.json())
    #expect(tokenizer.decode([0, 99, -1, 1]) == "a \u{FFFD} \u{FFFD} b")
    #expect(tokenizer.display(99) == "#99")
  }

  @Test(arguments: [
    (#""version": "2.0""#, "version 2.0"),
    (#""normalizer": {"type": "Shout"}"#, "Shout"),
    (#""pre_tokenizer": {"type": "Shout"}"#, "Shout"),
    (#""post_processor": {"type": "Shout"}"#, "Shout"),
    (#""decoder": {"type": "Shout"}"#, "Shout"),
    (#""model": {"type": "Shout", "vocab": {}}"#, "Shout"),
    (#""normalizer": {"type": "Prepend", "prepend": "a", "scheme": "first"}"#, "scheme"),
    (#""decoder": {"type": "Fuse", "why": 1}"#, "decoder.why"),
    (#""surprise": 1"#, "surprise"),
    (#""model": {"type": "BPE", "vocab": {}, "merges": [], "dropout": 0.1}"#, "dropout"),
    (#""model": {"type": "BPE", "vocab": {}, "merges": [], "cache": 1}"#, "model.cache"),
  ])
  func `what is not implemented is refused by name`(_ member: String, _ name: String) {
    let error = textError { _ = try TokenizerPipeline(json: TinyTokenizer.json(replacing: member)) }
    #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("\n") == false)
  }

  @Test(arguments: [
    #""model": {"type": "BPE", "vocab": {"a": 0, "b": 0}, "merges": []}"#,
    #""model": {"type": "BPE", "vocab": {"a": 2000000000}, "merges": []}"#,
    #""model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}"#,
    #""model": {"type": "BPE", "vocab": {"a": 0.5}, "merges": []}"#,
    #""model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "a"]]}"#,
    #""model": {"type": "BPE", "vocab": {"a": 0, "": 1}, "merges": [["a", ""]]}"#,
    #""model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}"#,
    #""model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a a a"]}"#,
    #""model": {"type": "BPE", "merges": []}"#,
    #""decoder": {"type": "Strip", "content": "ab", "start": 1, "stop": 0}"#,
  ])
  func `a file that breaks its format is refused`(_ member: String) {
    let error = textError { _ = try TokenizerPipeline(json: TinyTokenizer.json(replacing: member)) }
    #expect(error?.code == .malformed, "\(error?.message ?? "")")
  }

  @Test func `replacements that lengthen a text beyond reason are refused`() {
    let double = #"{"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}"#
    let steps = Array(repeating: double, count: 40).joined(separator: ",")
    for member in [
      #""normalizer": {"type": "Sequence", "normalizers": [\#(steps)]}"#,
      #""decoder": {"type": "Sequence", "decoders": [\#(steps)]}"#,
    ] {
      let error = textError {
        _ = try TokenizerPipeline(json: TinyTokenizer.json(replacing: member))
      }
      #expect(error?.code == .unsupported)
    }
  }

  @Test func `the configuration names the marks`() throws {
    let marks = #"{"bos_token": "a", "eos_token": {"content": "b", "lstrip": false}}"#
    let tokenizer = try TokenizerPipeline(
      json: TinyTokenizer.json(), configuration: Array(marks.utf8))
    #expect(tokenizer.beginningOfSequence == 0)
    #expect(tokenizer.endOfSequence == 1)
  }

  @Test(arguments: [#"{"#, "[]", #"{"bos_token": 1}"#, #"{"added_tokens_decoder": {"x": {}}}"#])
  func `a configuration that breaks its format is refused`(_ configuration: String) {
    let error = textError {
      _ = try TokenizerPipeline(
        json: TinyTokenizer.json(), configuration: Array(configuration.utf8))
    }
    #expect(error?.message.hasPrefix("tokenizer_config.json: ") == true)
  }

  /// The package `tokenizers` gives these numbers.
  @Test func `where a piece begins counts whether or not offsets are wanted`() throws {
    let tokenizer = try TokenizerPipeline(
      json: Array(
        """
        {"version": "1.0", "normalizer": {"type": "Strip", "strip_left": true, "strip_right": false},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"String": "b"}, "behavior": "Isolated", "invert": false},
        {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true}]},
        "model": {"type": "BPE", "vocab": {"▁": 0, "a": 1, "b": 2}, "merges": []}}
        """.utf8))
    let cases = ["ab": [0, 1, 2], " ab": [1, 2], "ba": [0, 2, 1], "  ba": [2, 1]]
    for (text, ids) in cases {
      #expect(try tokenizer.encode(text) == ids)
      #expect(try tokenizer.encoding(of: text).ids == ids)
    }
  }

  @Test func `a line of a hundred thousand equal letters takes no quadratic time`() throws {
    let tokenizer = try TokenizerPipeline(
      json: TinyTokenizer.json(
        replacing:
          #""model": {"type": "BPE", "vocab": {"a": 0, "aa": 1, "aaa": 2, "aaaa": 3}, "merges": ["a a", "aa aa"]}"#
      ))
    let ids = try tokenizer.encode(String(repeating: "a", count: 100_003))
    #expect(ids == Array(repeating: 3, count: 25_000) + [1, 0])
  }
}

/// A tokenizer of three pieces, written out so that one member can be replaced.
enum TinyTokenizer {
  static func json(replacing member: String = #""normalizer": null"#) -> [UInt8] {
    let members = [
      #""version": "1.0""#,
      #""model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}"#,
      member,
    ]
    let name = member.prefix { $0 != ":" }
    let kept = members.dropLast().filter { !$0.hasPrefix(name) } + [member]
    return Array("{\(kept.joined(separator: ","))}".utf8)
  }
}
