// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import CajalText

struct AddedTokensTests {
  /// Of `tokenizers` 0.23.
  @Test func `tokens are found, numbered and placed as in the reference`() throws {
    try PipelineFixture("added-tokens.json").verify { tokenizer, member in
      for text in member.texts ?? [] {
        let encoding = try tokenizer.encoding(of: text.text, addSpecialTokens: false)
        #expect(.init(encoding) == text.plain, "“\(text.text)”: \(member.members)")
        #expect(try tokenizer.encode(text.text, addSpecialTokens: false) == text.plain.ids)
      }
      for decoding in member.decoded ?? [] {
        expectSameBytes(tokenizer.decode(decoding.ids), decoding.text, "\(member.members)")
      }
    }
  }

  /// Of `tokenizers` 0.23, which has the tables of Unicode 16.
  @Test func `every scalar is of a word or white space as in the reference`() throws {
    struct Classes: Decodable {
      var word: [[UInt32]]
      var space: [[UInt32]]
    }
    let classes = try JSONDecoder().decode(
      Classes.self, from: TextFixture.bytes("word-characters.json"))
    #expect(Self.ranges(where: WordBoundary.isWord) == classes.word)
    #expect(Self.ranges { $0.properties.isWhitespace } == classes.space)
  }

  private static func ranges(where belongs: (Unicode.Scalar) -> Bool) -> [[UInt32]] {
    var ranges: [[UInt32]] = []
    for value in 0..<UInt32(0x11_0000) {
      guard let scalar = Unicode.Scalar(value), belongs(scalar) else { continue }
      if ranges.last?[1] == value - 1 {
        ranges[ranges.count - 1][1] = value
      } else {
        ranges.append([value, value])
      }
    }
    return ranges
  }

  /// A tokenizer of single letters with some tokens added.
  private func tokenizer(_ tokens: [String]) throws -> TokenizerPipeline {
    let list = tokens.map { "{\"id\": 0, \($0)}" }.joined(separator: ",")
    return try TokenizerPipeline(
      json: Array(
        """
        {"version": "1.0", "added_tokens": [\(list)], "model": {"type": "BPE", "unk_token": "u",
         "vocab": {"u": 0, "a": 1, "b": 2, " ": 3}, "merges": []}}
        """.utf8))
  }

  @Test func `a token that a normalizer makes nothing of is refused`() throws {
    let error = textError {
      _ = try TokenizerPipeline(
        json: Array(
          """
          {"version": "1.0", "added_tokens": [{"id": 9, "content": "  ", "normalized": true}],
           "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": ""},
           "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}
          """.utf8))
    }
    #expect(error?.code == .unsupported)
  }

  @Test func `thousands of tokens are told apart`() throws {
    let contents = (0..<5000).map { "<unused\($0)>" }
    let tokenizer = try tokenizer(contents.map { #""content": "\#($0)""# })
    let ids = try tokenizer.encode("a<unused0><unused4999> <unused49><unused50000>b")
    #expect(ids.prefix(6) == [1, 4, 5003, 3, 53, 0])
    #expect(tokenizer.id(of: "<unused4999>") == 5003)
    #expect(tokenizer.token(5003) == "<unused4999>")
    #expect(tokenizer.vocabularySize == 5004)
  }

  /// What is searched this way must not cost the square of the text's length: a long token that almost
  /// stands everywhere, white space that many tokens reach for.
  @Test(.timeLimit(.minutes(1)))
  func `hostile tokens cost no more than a pass over the text`() throws {
    let long = String(repeating: "a", count: 50_000)
    let tokenizer = try tokenizer([
      #""content": "\#(long)b""#, #""content": "aa""#, #""content": "\t", "rstrip": true"#,
      #""content": "\n", "lstrip": true, "rstrip": true"#,
    ])
    let letters = String(repeating: "a", count: 400_001)
    #expect(try tokenizer.encode(letters).count == 200_001)
    let tabs = String(repeating: "\t", count: 100_000)
    #expect(try tokenizer.encode(tabs + String(repeating: "\n", count: 100_000)).count > 0)
  }
}

struct TokenMatcherTests {
  /// The leftmost of all strings, of several the longest, by trying each everywhere.
  private func expected(_ strings: [[UInt8]], in text: [UInt8]) -> [TokenMatcher.Match] {
    var matches: [TokenMatcher.Match] = []
    var start = 0
    while start < text.count {
      let found = strings.indices.filter { text[start...].starts(with: strings[$0]) }
      let longest = found.max {
        (strings[$0].count, $1) < (strings[$1].count, $0)
      }
      guard let longest else {
        start += 1
        continue
      }
      let end = start + strings[longest].count
      matches.append(.init(string: longest, range: start..<end))
      start = end
    }
    return matches
  }

  @Test func `random strings are found as by trying each everywhere`() {
    var dice = RepeatableDice(state: 7)
    func word(_ length: ClosedRange<Int>) -> [UInt8] {
      (0..<Int.random(in: length, using: &dice)).map { _ in UInt8.random(in: 0...2, using: &dice) }
    }
    for _ in 0..<3000 {
      let strings = (0..<Int.random(in: 1...6, using: &dice)).map { _ in word(1...5) }
      let text = word(0...40)
      let matches = text.withUnsafeBufferPointer(TokenMatcher(strings).matches)
      #expect(matches == expected(strings, in: text), "\(strings) in \(text)")
    }
  }
}
