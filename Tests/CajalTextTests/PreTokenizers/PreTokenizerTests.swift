// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import CajalText

struct PreTokenizerTests {
  /// Golden pieces of the package `tokenizers`; written by dev/fixtures/make_pattern_cases.py.
  @Test func `pieces and offsets are those of the package`() throws {
    let file = try JSONFields(
      JSONParser.parse(Array(TextFixture.bytes("pre-tokenizer-cases.json"))), "")
    var fields = file
    let texts = try fields.take("texts").array("texts").map { try $0.string("texts") }
    for element in try fields.take("cases").array("cases") {
      var one = try JSONFields(element, "case")
      let value = try one.take("pre_tokenizer")
      let chain = try PreTokenizerChain(value)
      let lists = try one.take("pieces").array("pieces")
      for (text, list) in zip(texts, lists) where !text.isEmpty {
        let expected = try list.array("pieces").map { try Self.piece($0) }
        #expect(try Self.pieces(chain, text) == expected, "\(value) on \(text.debugDescription)")
      }
    }
  }

  @Test func `scalars are cut out as the package cuts them`() throws {
    struct Fixture: Decodable {
      struct Step: Decodable {
        var count: Int
        var hash: String
      }
      var steps: [Step]
    }
    let steps = try JSONDecoder().decode(
      Fixture.self, from: TextFixture.bytes("scalar-classes.json")
    )
    .steps
    let members = [
      #"{"type": "Punctuation", "behavior": "Isolated"}"#,
      #"{"type": "Digits", "individual_digits": true}"#, #"{"type": "BertPreTokenizer"}"#,
      #"{"type": "Whitespace"}"#, #"{"type": "UnicodeScripts"}"#,
    ]
    for (member, expected) in zip(members, steps) {
      let found = PatternFixture.fingerprint(try Self.isolated(member))
      #expect(found.count == expected.count, "\(member)")
      #expect(found.hash == expected.hash, "\(member)")
    }
  }

  /// The scalars that a step cuts out from between two others.
  private static func isolated(_ member: String) throws -> ScalarSet {
    let chain = try PreTokenizerChain(JSONParser.parse(Array(member.utf8)))
    var bytes: [UInt8] = []
    var starts: [UInt32: UInt32] = [:]
    for value in PatternFixture.scalars.values {
      bytes += Array("\u{4e00}".utf8)
      starts[UInt32(bytes.count)] = value
      bytes += Unicode.Scalar(value).flatMap { UTF8.encode($0) }.map(Array.init) ?? []
    }
    bytes += Array("\u{4e00}".utf8)
    var tokens = PreTokens(AlignedText(bytes, isTracked: false))
    try chain.apply(to: &tokens)
    return ScalarSet(
      tokens.pieces.compactMap { piece in
        guard let value = starts[piece.start], let scalar = Unicode.Scalar(value),
          UTF8.width(scalar) == piece.count
        else { return nil }
        return value..<value + 1
      })
  }

  private static func piece(_ value: JSONValue) throws -> String {
    let parts = try value.array("piece")
    return try "\(parts[0].string("piece")) \(parts[1].count("start")) \(parts[2].count("end"))"
  }

  /// Each piece with its bounds in code points.
  private static func pieces(_ chain: PreTokenizerChain, _ text: String) throws -> [String] {
    var tokens = PreTokens(AlignedText(Array(text.utf8), isTracked: true))
    try chain.apply(to: &tokens)
    let bytes = Array(text.utf8)
    func codePoints(_ end: UInt32) -> Int {
      bytes[..<Int(end)].count { $0 & 0xC0 != 0x80 }
    }
    return tokens.pieces.map { piece in
      var content = Array(tokens.text.bytes[piece.range])
      if chain.isByteLevel {
        content = content.flatMap {
          Unicode.Scalar(ByteLevelNormalizer.characters[Int($0)]).map { Array(String($0).utf8) }
            ?? []
        }
      }
      let source = tokens.text.source(of: piece)
      return String(decoding: content, as: UTF8.self)
        + " \(codePoints(source.start)) \(codePoints(source.end))"
    }
  }
}

struct PreTokenizerFileTests {
  private func code(_ member: String) -> TextError.Code? {
    textError { _ = try PreTokenizerChain(JSONParser.parse(Array(member.utf8))) }?.code
  }

  @Test(arguments: [
    #"{"type": "ByteLevel", "add_prefix_space": true, "new": 1}"#, #"{"type": "Klingon"}"#,
    #"{"type": "Punctuation", "behavior": "Sideways"}"#,
    #"{"type": "Metaspace", "replacement": "_", "prepend_scheme": "last"}"#,
    #"{"type": "Whitespace", "pattern": 1}"#,
  ])
  func `unknown settings are refused by name`(_ member: String) {
    #expect(code(member) == .unsupported)
  }

  @Test(arguments: [
    #"{"type": "ByteLevel"}"#, #"{"type": "Digits"}"#, #"{"type": "FixedLength", "length": 0}"#,
    #"{"type": "CharDelimiterSplit", "delimiter": "ab"}"#, #"{"type": "Metaspace"}"#,
    #"{"type": "Metaspace", "replacement": ""}"#,
    #"{"type": "Split", "pattern": {"Regex": "("}, "behavior": "Isolated", "invert": false}"#,
    #"{"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Isolated"}"#,
    #"{"type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "add_prefix_space": false}"#,
  ])
  func `missing and wrong settings are refused`(_ member: String) {
    #expect(code(member) == .malformed)
  }

  @Test func `old files of metaspace are understood`() throws {
    let old =
      #"{"type": "Metaspace", "replacement": "_", "add_prefix_space": false, "str_rep": "_"}"#
    let chain = try PreTokenizerChain(JSONParser.parse(Array(old.utf8)))
    var tokens = PreTokens(AlignedText(Array("a b".utf8), isTracked: false))
    try chain.apply(to: &tokens)
    #expect(tokens.text.bytes == Array("a_b".utf8))
    #expect(tokens.pieces == [ByteSpan(0, 1), ByteSpan(1, 3)])
  }

  @Test func `only the beginning of the original gets the first prefix`() throws {
    let member = #"{"type": "Metaspace", "replacement": "_", "prepend_scheme": "first"}"#
    let chain = try PreTokenizerChain(JSONParser.parse(Array(member.utf8)))
    for (base, expected) in [(0, "_a"), (7, "a")] {
      var tokens = PreTokens(AlignedText(Array("a".utf8), base: base, isTracked: true))
      try chain.apply(to: &tokens)
      #expect(tokens.text.bytes == Array(expected.utf8))
    }
  }
}
