// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import CajalText

/// Small models and what the library SentencePiece makes of texts with them; written by
/// dev/fixtures/make_sentencepiece_cases.py.
struct SentencePieceFixture: Decodable, CustomTestStringConvertible {
  struct Case: Decodable {
    var text: String
    var ids: [Int]
    var offsets: [Int]
    var decoded: String
  }

  struct Decoding: Decodable {
    var ids: [Int]
    var decoded: String
  }

  var model: String?
  var cases: [Case]
  var decodings: [Decoding]
  var testDescription: String { model ?? "" }

  static func model(_ name: String) throws -> [UInt8] {
    Array(try TextFixture.bytes("SentencePiece/\(name).model"))
  }

  static let all: [SentencePieceFixture] =
    (try? JSONDecoder().decode(  // A test counts what is there.
      [SentencePieceFixture].self, from: TextFixture.bytes("SentencePiece/cases.json"))) ?? []

  /// Compares a tokenizer with what is expected of it.
  func check(_ tokenizer: any Tokenizer) throws {
    for one in cases {
      let comment: Comment = "\(one.text.debugDescription)"
      let encoding = try tokenizer.encoding(of: one.text, addSpecialTokens: false)
      #expect(encoding.ids == one.ids, comment)
      #expect(
        encoding.offsets.flatMap { [$0.lowerBound, $0.upperBound] } == one.offsets, comment)
      #expect(try tokenizer.encode(one.text, addSpecialTokens: true) == one.ids, comment)
      expectSameBytes(tokenizer.decode(one.ids, skipSpecialTokens: false), one.decoded, comment)
    }
    for one in decodings {
      expectSameBytes(tokenizer.decode(one.ids), one.decoded, "\(one.ids)")
      var stream = tokenizer.streamingDecoder(skipSpecialTokens: false)
      let text = one.ids.map { stream.append($0) }.joined() + stream.finish()
      expectSameBytes(text, one.decoded, "\(one.ids) one by one")
    }
  }
}

struct SentencePieceTests {
  @Test func `the fixture has its models`() {
    #expect(SentencePieceFixture.all.count == 15)
    #expect(SentencePieceFixture.all.allSatisfy { $0.cases.count > 30 && $0.decodings.count == 20 })
  }

  @Test(arguments: SentencePieceFixture.all)
  func `tokens, offsets and text are those of the library`(_ fixture: SentencePieceFixture) throws {
    let bytes = try SentencePieceFixture.model(try #require(fixture.model))
    try fixture.check(try SentencePieceFile.tokenizer(bytes))
  }

  @Test(.enabled(if: SharedTokenizer.isPresent))
  func `the model of Llama 2 does what the library makes of it`() throws {
    let fixture = try JSONDecoder().decode(
      SentencePieceFixture.self, from: TextFixture.bytes("SentencePiece/llama2.json"))
    let bytes = try SharedTokenizer.bytes("tokenizers/llama2.c/tokenizer.model")
    let tokenizer = try SentencePieceFile.tokenizer(bytes)
    #expect(tokenizer.kind == "SentencePiece BPE with byte fallback, 32000 tokens")
    #expect((tokenizer.beginningOfSequence, tokenizer.endOfSequence) == (1, 2))
    #expect(fixture.cases.count > 30)
    try fixture.check(tokenizer)
  }

  @Test(arguments: SentencePieceFixture.all)
  func `the samples that a model carries come out`(_ fixture: SentencePieceFixture) throws {
    let file = try SentencePieceFile(
      try SentencePieceFixture.model(try #require(fixture.model)))
    let tokenizer = SentencePieceTokenizer(file)
    #expect(file.proto.samples.count == 4)
    for sample in file.proto.samples {
      let text = String(decoding: sample.input, as: UTF8.self)
      let encoding = try tokenizer.encoding(of: text, addSpecialTokens: false)
      let expected = String(decoding: sample.expected, as: UTF8.self).split(separator: " ")
      #expect(expected.count == encoding.ids.count)
      for (id, piece) in zip(encoding.ids, expected) where file.kind(id) != .unknown {
        #expect(tokenizer.token(id) == String(piece))
      }
    }
  }

  @Test func `marks are no text and are known as marks`() throws {
    let tokenizer = try SentencePieceFile.tokenizer(SentencePieceFixture.model("bpe-rules"))
    let mark = try #require(tokenizer.id(of: "<ctl>"))
    #expect(tokenizer.isSpecial(mark))
    #expect(!tokenizer.isSpecial(try #require(tokenizer.id(of: "<unk>"))))
    #expect(try !tokenizer.encode("<ctl>").contains(mark))
    #expect(tokenizer.decode([mark, 1, 2]) == "")
    #expect(tokenizer.decode([-1, 1 << 40]) == "\u{FFFD}\u{FFFD}")
    let bare = try SentencePieceFile.tokenizer(SentencePieceFixture.model("bpe-bare"))
    #expect((bare.beginningOfSequence, bare.endOfSequence) == (nil, 0))
  }

  @Test func `a line of a hundred thousand equal letters takes no quadratic time`() throws {
    for name in ["unigram-rules", "bpe-rules", "bpe-bytes-unused"] {
      let tokenizer = try SentencePieceFile.tokenizer(SentencePieceFixture.model(name))
      let text = String(repeating: "a", count: 100_000)
      #expect(try tokenizer.encode(text).count > 10_000)
    }
  }
}
