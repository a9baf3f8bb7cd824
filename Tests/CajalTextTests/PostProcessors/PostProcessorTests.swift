// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CajalText

struct PostProcessorTests {
  /// Of `tokenizers` 0.23.
  @Test func `marks and offsets are those of the reference`() throws {
    try PipelineFixture("post-processors.json").verify { tokenizer, member in
      for text in member.texts ?? [] {
        for special in [false, true] {
          let encoding = try tokenizer.encoding(of: text.text, addSpecialTokens: special)
          let expected = special ? text.marked : text.plain
          #expect(.init(encoding) == expected, "“\(text.text)”: \(member.members)")
          #expect(try tokenizer.encode(text.text, addSpecialTokens: special) == expected.ids)
        }
      }
    }
  }

  private func file(_ postProcessor: String) -> [UInt8] {
    Array(
      """
      {"version": "1.0", "post_processor": \(postProcessor),
       "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}}
      """.utf8)
  }

  private static func template(_ single: String, ids: String = "[1]") -> String {
    """
    {"type": "TemplateProcessing", "single": [\(single)], "pair": [], "special_tokens":
     {"b": {"id": "b", "ids": \(ids), "tokens": ["b"]}}}
    """
  }

  @Test(arguments: [
    (template(#"{"Sequence": {"id": "B", "type_id": 0}}"#), TextError.Code.unsupported),
    (template(#"{"SpecialToken": {"id": "c", "type_id": 0}}"#), .malformed),
    (template(#"{"Sequence": {"id": "A", "type_id": 0}}"#, ids: "[2]"), .malformed),
    (#"{"type": "BertProcessing", "sep": ["b", 7], "cls": ["a", 0]}"#, .malformed),
    (#"{"type": "BertProcessing", "sep": ["b"], "cls": ["a", 0]}"#, .malformed),
    (#"{"type": "ByteLevel", "add_prefix_space": true}"#, .malformed),
    (#"{"type": "Unheard"}"#, .unsupported),
    (
      """
      {"type": "Sequence", "processors": [
       \(template(#"{"Sequence": {"id": "A", "type_id": 0}}"#)),
       \(template(#"{"Sequence": {"id": "A", "type_id": 0}}"#))]}
      """, .unsupported
    ),
  ])
  func `what names no token or cannot be done is refused`(
    _ postProcessor: String, _ code: TextError.Code
  ) {
    let error = textError { _ = try TokenizerPipeline(json: file(postProcessor)) }
    #expect(error?.code == code)
    #expect(error?.message.contains("post_processor") == true)
  }

  @Test func `a file's limits and padding change nothing`() throws {
    let tokenizer = try TokenizerPipeline(
      json: Array(
        """
        {"version": "1.0",
         "truncation": {"max_length": 1, "strategy": "LongestFirst", "stride": 0, "direction": "Right"},
         "padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_id": 0, "pad_token": "a"},
         "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}}
        """.utf8))
    #expect(try tokenizer.encode("abb") == [0, 1, 1])
  }
}
