// SPDX-License-Identifier: Apache-2.0
import CajalText
import Foundation
import Testing

/// stories260K, whose tokenizer comes in two layouts, against the package `tokenizers`.
@Suite(.enabled(if: SharedTokenizer.isPresent))
struct StoriesTokenizerTests {
  static let hub = "models/stories260K-hf"
  static let llama2C = "models/stories260K"

  @Test(arguments: [hub, llama2C])
  func `Once upon a time has the published tokens`(_ layout: String) throws {
    let tokenizer = try SharedTokenizer.open(layout)
    #expect(try tokenizer.encode("Once upon a time") == [1, 403, 407, 261, 378])
    #expect(
      try tokenizer.encode("Once upon a time", addSpecialTokens: false) == [403, 407, 261, 378])
    #expect(tokenizer.decode([1, 403, 407, 261, 378]) == "Once upon a time")
    #expect(tokenizer.vocabularySize == 512)
    #expect(tokenizer.beginningOfSequence == 1)
    #expect(tokenizer.endOfSequence == 2)
    #expect((0...2).allSatisfy(tokenizer.isSpecial) && !tokenizer.isSpecial(3))
  }

  @Test(arguments: [hub, llama2C])
  func `difficult texts have the reference's tokens and come back as the reference's text`(
    _ layout: String
  ) throws {
    let tokenizer = try SharedTokenizer.open(layout)
    let cases = try TextFixture.stories().cases
    #expect(cases.count >= 140)
    for one in cases where layout == Self.hub || isSameInBothLayouts(one.text) {
      #expect(try tokenizer.encode(one.text) == one.ids, "\(one.text.debugDescription)")
      expectSameBytes(tokenizer.decode(one.ids), one.decoded)
    }
  }

  /// Only the hub's layout spells a space `▁`, so a text with that character has no equal there.
  private func isSameInBothLayouts(_ text: String) -> Bool {
    !text.unicodeScalars.contains("▁")
  }

  @Test func `marks inside a text are found as the reference finds them`() throws {
    let tokenizer = try SharedTokenizer.open(Self.hub)
    for one in try TextFixture.stories().marked {
      #expect(try tokenizer.encode(one.text) == one.ids, "\(one.text.debugDescription)")
      expectSameBytes(tokenizer.decode(one.ids), one.decoded)
      expectSameBytes(
        tokenizer.decode(one.ids, skipSpecialTokens: false), try #require(one.decodedWithMarks))
    }
  }

  @Test func `tokens that are no UTF-8 together become the reference's replacement characters`()
    throws
  {
    let tokenizer = try SharedTokenizer.open(Self.hub)
    let decodings = try TextFixture.stories().decodings
    #expect(decodings.contains { $0.decoded.unicodeScalars.contains("\u{FFFD}") })
    for one in decodings {
      expectSameBytes(tokenizer.decode(one.ids), one.decoded, "\(one.ids)")
    }
  }

  @Test(arguments: [hub, llama2C])
  func `hundred thousand characters of three corpora have the reference's tokens`(
    _ layout: String
  ) throws {
    let tokenizer = try SharedTokenizer.open(layout)
    for corpus in try TextFixture.stories().corpora {
      let whole = String(decoding: try SharedTokenizer.bytes(corpus.file), as: UTF8.self)
      let text = String(whole.unicodeScalars.prefix(corpus.characters))
      let ids = try tokenizer.encode(text)
      #expect(ids.count == corpus.count, "\(corpus.file)")
      #expect(TextFixture.hash(ids) == corpus.hash, "\(corpus.file)")
      expectSameBytes(tokenizer.decode(ids), text)
    }
  }

  @Test(arguments: [hub, llama2C])
  func `the published greedy tokens decode to the published story`(_ layout: String) throws {
    struct Expected: Decodable {
      var greedy_token_ids: [Int]
      var expected_stdout_utf8: String
    }
    let data = try Data(contentsOf: SharedTokenizer.url("models/stories260K/expected_greedy.json"))
    let expected = try JSONDecoder().decode(Expected.self, from: data)
    let tokenizer = try SharedTokenizer.open(layout)
    expectSameBytes(tokenizer.decode(expected.greedy_token_ids), expected.expected_stdout_utf8)
  }

  @Test func `both layouts have the same pieces`() throws {
    let hub = try SharedTokenizer.open(Self.hub)
    let llama2C = try SharedTokenizer.open(Self.llama2C)
    for id in 3..<512 {
      let piece = try #require(hub.token(id))
      let spelled = String(piece.unicodeScalars.map { $0 == "▁" ? " " : Character($0) })
      expectSameBytes(try #require(llama2C.token(id)), spelled)
      #expect(hub.display(id) == llama2C.display(id))
      #expect(hub.id(of: piece) == id)
    }
    #expect(hub.display(1) == "<s>")
    #expect(llama2C.display(1) == "<s>")
    #expect(hub.token(512) == nil && llama2C.token(-1) == nil)
  }
}
