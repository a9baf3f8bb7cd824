// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CajalText

struct PieceDecoderTests {
  /// Of `tokenizers` 0.23.
  @Test func `every chain of decoders gives the text of the reference`() throws {
    try PipelineFixture("decoders.json").verify { tokenizer, member in
      for decoding in member.decoded ?? [] {
        expectSameBytes(tokenizer.decode(decoding.ids), decoding.text, "\(member.members)")
      }
    }
  }

  @Test func `what is out is never taken back, whatever tokens follow`() throws {
    try PipelineFixture("decoders.json").verify { tokenizer, member in
      let sequences = (member.decoded ?? []).map(\.ids)
      for (ids, others) in zip(sequences, sequences.dropFirst() + sequences.prefix(1)) {
        var decoder = tokenizer.streamingDecoder()
        let pieces = ids.map { decoder.append($0) }
        let whole = tokenizer.decode(ids + others)
        let out = pieces.joined()
        #expect(whole.utf8.starts(with: out.utf8), "\(ids) + \(others): \(member.members)")
        expectSameBytes(out + decoder.finish(), tokenizer.decode(ids), "\(member.members)")
      }
    }
  }

  private func tokenizer(_ decoder: String, _ pieces: [String]) throws -> TokenizerPipeline {
    let vocabulary = pieces.enumerated().map { "\"\($0.element)\": \($0.offset)" }
    return try TokenizerPipeline(
      json: Array(
        """
        {"version": "1.0", "decoder": \(decoder),
         "model": {"type": "BPE", "vocab": {\(vocabulary.joined(separator: ","))}, "merges": []}}
        """.utf8))
  }

  /// The pieces of a text, the last of them what was held back to the end.
  private func pieces(_ tokenizer: TokenizerPipeline, _ ids: [Int]) -> [String] {
    var decoder = tokenizer.streamingDecoder()
    return ids.map { decoder.append($0) } + [decoder.finish()]
  }

  @Test func `bytes come out with the character that they complete`() throws {
    let bytes = #"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true}"#
    let tokenizer = try tokenizer(bytes, ["ð", "Ł", "ĺ", "Ģ", "Ġa", "à"])
    #expect(pieces(tokenizer, [0, 1, 2, 3, 4]) == ["", "", "", "😀", " a", ""])
    #expect(pieces(tokenizer, [0, 1, 4]) == ["", "", "\u{FFFD} a", ""])
    // E0 cannot go on with 98: that is certain at once.
    #expect(pieces(tokenizer, [5, 2]) == ["", "\u{FFFD}\u{FFFD}", ""])
  }

  @Test func `a run of bytes that nothing can mend is out at once`() throws {
    let tokenizer = try tokenizer(
      #"{"type": "ByteFallback"}"#, ["<0xE2>", "<0x82>", "<0xAC>", "<0x41>", "a"])
    #expect(pieces(tokenizer, [0, 1, 2, 4]) == ["", "", "", "€a", ""])
    #expect(pieces(tokenizer, [0, 3, 2]) == ["", "\u{FFFD}\u{FFFD}", "\u{FFFD}", ""])
    #expect(pieces(tokenizer, [0, 1]) == ["", "", "\u{FFFD}\u{FFFD}"])
  }

  @Test func `of a word's end nothing is held but the piece that has it`() throws {
    let tokenizer = try tokenizer(
      #"{"type": "BPEDecoder", "suffix": "</w>"}"#, ["a", "b</w>"])
    #expect(pieces(tokenizer, [0, 1, 0, 1]) == ["a", "", "b a", "", "b"])
  }

  @Test func `without a decoder pieces have spaces between them`() throws {
    #expect(pieces(try tokenizer("null", ["a", "b"]), [0, 1, 1]) == ["a", " b", " b", ""])
  }

  @Test(arguments: [
    #"{"type": "Strip", "content": "ab", "start": 1, "stop": 0}"#,
    #"{"type": "Metaspace", "replacement": "▁", "add_prefix_space": false}"#,
    #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "often"}"#,
    #"{"type": "WordPiece", "prefix": "x"}"#, #"{"type": "CTC", "pad_token": "a"}"#,
    #"{"type": "Fuse", "more": 1}"#, #"{"type": "Unheard"}"#, #"{"suffix": 1}"#,
    """
    {"type": "Sequence", "decoders": [
     {"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
     {"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}]}
    """,
  ])
  func `decoders that cannot be are refused by name`(_ decoder: String) {
    let error = textError { _ = try tokenizer(decoder, ["a"]) }
    #expect(error?.message.contains("decoder") == true)
  }
}
