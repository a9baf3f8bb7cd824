// SPDX-License-Identifier: Apache-2.0
import CajalText
import Foundation
import Testing

struct StreamingDecoderTests {
  /// The pieces of a text, the last of them what was held back to the end.
  private func pieces(
    _ tokenizer: any Tokenizer, _ ids: [Int], skipSpecialTokens: Bool = true
  ) -> [String] {
    var decoder = tokenizer.streamingDecoder(skipSpecialTokens: skipSpecialTokens)
    return ids.map { decoder.append($0) } + [decoder.finish()]
  }

  /// Expects the pieces to join to the decode of the whole, for tokens that differ from call to call.
  private func verify(
    _ tokenizer: any Tokenizer, _ sequences: [[Int]],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for ids in sequences {
      for skips in [true, false] {
        expectSameBytes(
          pieces(tokenizer, ids, skipSpecialTokens: skips).joined(),
          tokenizer.decode(ids, skipSpecialTokens: skips), "\(tokenizer.kind): \(ids)",
          sourceLocation: sourceLocation)
      }
    }
  }

  /// Tokens without any sense, some of them beyond the vocabulary.
  private func nonsense(_ size: Int, count: Int = 200, length: Int = 12) -> [[Int]] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in
      (0..<Int.random(in: 0...length, using: &generator)).map { _ in
        Int.random(in: 0..<size + 2, using: &generator)
      }
    }
  }

  @Test(arguments: TokenizerPipelineTests.variants)
  func `pieces join to the decode of the whole`(_ variant: TokenizerPipelineTests.Variant) throws {
    let tokenizer = try TokenizerPipeline(json: Array(variant.tokenizer.utf8))
    verify(tokenizer, variant.cases.map(\.ids) + nonsense(tokenizer.vocabularySize))
  }

  /// A tokenizer of single characters and bytes with the given decoders.
  private func tokenizer(decoders: String) throws -> TokenizerPipeline {
    let bytes = [0xE2, 0x82, 0xAC, 0x41, 0xFF].map { String(format: "<0x%02X>", $0) }
    let pieces = ["a", "b", " ", "x", "▁", "é"] + bytes
    let vocabulary = pieces.enumerated().map { "\"\($0.element)\": \($0.offset)" }
    return try TokenizerPipeline(
      json: Array(
        """
        {"version": "1.0",
         "model": {"type": "BPE", "vocab": {\(vocabulary.joined(separator: ","))}, "merges": []},
         "decoder": {"type": "Sequence", "decoders": [\(decoders)]}}
        """.utf8))
  }

  private static let fuse = #"{"type": "Fuse"}"#
  private static let bytes = #"{"type": "ByteFallback"}"#
  private static func replace(_ pattern: String, _ content: String) -> String {
    #"{"type": "Replace", "pattern": {"String": "\#(pattern)"}, "content": "\#(content)"}"#
  }
  private static func strip(_ content: String, _ start: Int, _ stop: Int) -> String {
    #"{"type": "Strip", "content": "\#(content)", "start": \#(start), "stop": \#(stop)}"#
  }

  @Test(arguments: [
    [replace("▁", " "), bytes, fuse, strip(" ", 1, 0)],
    [bytes, fuse, strip("a", 2, 3)],
    [fuse, replace("ab", "x"), replace("xx", "a")],
    [fuse, replace("aab", ""), strip("é", 1, 1)],
    [fuse, bytes, strip("a", 0, 1)],
    [strip("a", 1, 1), bytes],
    [fuse, strip(" ", 0, 2_147_483_647)],
    [],
  ])
  func `every order of decoders joins to the decode of the whole`(decoders: [String]) throws {
    let tokenizer = try tokenizer(decoders: decoders.joined(separator: ","))
    verify(tokenizer, nonsense(11, count: 500) + [[0, 0, 1], [2, 2, 2], [10, 6, 7, 8], []])
  }

  @Test func `a run of bytes is held until it ends, for one byte more can undo it`() throws {
    let tokenizer = try tokenizer(decoders: [Self.bytes, Self.fuse].joined(separator: ","))
    #expect(pieces(tokenizer, [0, 6, 7, 8, 1]) == ["a", "", "", "", "€b", ""])
    #expect(
      pieces(tokenizer, [6, 7, 8, 10]) == ["", "", "", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}", ""])
  }

  @Test func `text without bytes is out as soon as it is there`() throws {
    let tokenizer = try tokenizer(
      decoders: [Self.replace("▁", " "), Self.bytes, Self.fuse, Self.strip(" ", 1, 0)]
        .joined(separator: ","))
    #expect(pieces(tokenizer, [4, 0, 4, 1]) == ["", "a", " ", "b", ""])
  }

  @Test func `words, numbers and characters come one by one`() throws {
    let words = try WordTokenizer(tokens: ["eat", "it"])
    #expect(pieces(words, [0, 1, 9]) == ["eat", " it", " \u{FFFD}", ""])
    #expect(pieces(NumberTokenizer(vocabularySize: 5), [3, 4]) == ["3", " 4", ""])
    let characters = try CharacterTokenizer(tokens: ["a", "é"])
    #expect(pieces(characters, [1, 0]) == ["é", "a", ""])
    for tokenizer in [words, NumberTokenizer(vocabularySize: 5), characters] as [any Tokenizer] {
      verify(tokenizer, nonsense(tokenizer.vocabularySize))
    }
  }

  @Test func `an unknown tokenizer is decoded at the end`() throws {
    struct Reversed: Tokenizer {
      let vocabularySize = 3
      let kind = "reversed"
      let beginningOfSequence: Int? = nil
      let endOfSequence: Int? = nil
      func encoding(of text: String, addSpecialTokens: Bool) throws(TextError) -> Encoding {
        Encoding(ids: [], offsets: Offsets())
      }
      func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String {
        ids.reversed().map { "\($0)" }.joined()
      }
      func token(_ id: Int) -> String? { "\(id)" }
      func id(of token: String) -> Int? { Int(token) }
      func isSpecial(_ id: Int) -> Bool { false }
    }
    #expect(pieces(Reversed(), [0, 1, 2]) == ["", "", "", "210"])
  }

  @Test(.enabled(if: SharedTokenizer.isPresent))
  func `tokens of llama2.c, bytes among them, join to the decode of the whole`() throws {
    for path in ["tokenizers/llama2.c/tokenizer.bin", "models/stories260K"] {
      let tokenizer = try SharedTokenizer.open(path)
      let text = try tokenizer.encode("Once 😀 upon é a\n\u{301}time €")
      // The first 259 are marks and bytes: nonsense of bytes is mostly not UTF-8.
      verify(tokenizer, [text, Array(text.dropFirst())] + nonsense(300, count: 300, length: 30))
      let bytes = try tokenizer.encode("€", addSpecialTokens: false)
      for end in bytes.indices { verify(tokenizer, [[5, 1] + bytes[..<end]]) }
    }
  }

  /// Every sequence of up to four bytes from the edges of UTF-8's ranges, one token a byte.
  @Test(.enabled(if: SharedTokenizer.isPresent))
  func `no piece ends inside a scalar, whatever the bytes`() throws {
    let tokenizer = try SharedTokenizer.open("tokenizers/llama2.c/tokenizer.bin")
    let edges = [
      0x41, 0x80, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xA0, 0xED, 0xEF, 0xF0, 0x90, 0xF4, 0x8F, 0xF5,
    ]
    var sequences: [[Int]] = [[]]
    for _ in 0..<3 { sequences += sequences.flatMap { start in edges.map { start + [$0] } } }
    for sequence in Set(sequences) {
      let ids = sequence.map { $0 + 3 }
      let pieces = pieces(tokenizer, ids)
      guard pieces.joined() == tokenizer.decode(ids) else {
        Issue.record("\(sequence): \(pieces)")
        continue
      }
    }
    #expect(pieces(tokenizer, [0xE2, 0x82, 0xAC].map { $0 + 3 }) == ["", "", "€", ""])
  }
}
