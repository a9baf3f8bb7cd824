// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import CajalText

struct NormalizerTests {
  /// What the package `tokenizers` makes of texts; written by dev/fixtures/make_normalizer_cases.py.
  struct Fixture: Decodable {
    struct Case: Decodable {
      var text: String
      var normalized: String
      var offsets: [Int]
    }

    struct Normalizer: Decodable, CustomTestStringConvertible {
      var normalizer: String
      var cases: [Case]
      var hashes: [String]
      var testDescription: String { String(normalizer.prefix(60)) }

      func chain() throws -> NormalizerChain {
        try NormalizerChain(try JSONParser.parse(Array(normalizer.utf8)))
      }
    }

    var blocks: [[UInt32]]
    /// What stands before and behind each character.
    var frames: [[String]]
    var normalizers: [Normalizer]
  }

  static let fixture: Fixture? = try? JSONDecoder().decode(  // A test counts what is there.
    Fixture.self, from: TextFixture.bytes("normalizers.json"))

  @Test func `the fixture has every normalizer`() {
    let all = Self.fixture?.normalizers ?? []
    #expect(all.count == 29)
    #expect(all.allSatisfy { $0.cases.count == 22 && $0.hashes.count == 2 })
  }

  @Test(arguments: fixture?.normalizers ?? [])
  func `text and offsets are those of the reference`(_ one: Fixture.Normalizer) throws {
    let chain = try one.chain()
    for (number, one) in one.cases.enumerated() {
      var text = AlignedText(Array(one.text.utf8), isTracked: true)
      try chain.apply(to: &text)
      #expect(text.bytes == Array(one.normalized.utf8), "case \(number)")
      #expect(Self.offsets(text, of: one.text) == one.offsets, "case \(number)")
      var plain = AlignedText(Array(one.text.utf8), isTracked: false)
      try chain.apply(to: &plain)
      #expect(plain.bytes == text.bytes)
      #expect(plain.sources == nil)
    }
  }

  /// For every character of a text the code points of the original it stands for, start and end.
  static func offsets(_ text: AlignedText, of original: String) -> [Int] {
    var spans: [ByteSpan] = []
    var start = 0
    while start < text.bytes.count {
      let end = start + lengthOfScalar(beginningWith: text.bytes[start])
      spans.append(text.source(of: ByteSpan(start..<end)))
      start = end
    }
    Array(original.utf8).withUnsafeBufferPointer { CodePoints.convert(&spans, in: $0) }
    return spans.flatMap { [Int($0.start), Int($0.end)] }
  }

  @Test(arguments: fixture?.normalizers ?? [])
  func `every character of many blocks becomes what the reference says`(
    _ one: Fixture.Normalizer
  ) throws {
    let chain = try one.chain()
    for (bytes, hash) in zip(Self.framed, one.hashes) {
      var text = AlignedText(bytes, isTracked: false)
      try chain.apply(to: &text)
      #expect(Self.hash(text.bytes) == hash)
    }
  }

  /// All characters of the fixture's blocks, in each of its frames.
  static let framed: [[UInt8]] = (fixture?.frames ?? []).map { frame in
    let (before, after) = (Array(frame[0].utf8), Array(frame[1].utf8))
    var bytes: [UInt8] = []
    for block in fixture?.blocks ?? [] {
      for scalar in (block[0]..<block[1]).compactMap(Unicode.Scalar.init) {
        bytes += before
        bytes += UTF8.encode(scalar) ?? .init()
        bytes += after
      }
    }
    return bytes
  }

  /// 64-bit FNV-1a.
  static func hash(_ bytes: [UInt8]) -> String {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325
    bytes.withUnsafeBufferPointer {
      for index in 0..<$0.count { value = (value ^ UInt64($0[index])) &* 0x100_0000_01b3 }
    }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  @Test(arguments: NormalForm.allCases)
  func `text that is normal already keeps no sources`(_ form: NormalForm) {
    let plain = form.isComposed ? "naïve 각 über text, 你好" : "nai\u{308}ve text, 你好 \u{323}\u{301}"
    var text = AlignedText(Array(plain.utf8), isTracked: true)
    form.apply(to: &text)
    #expect(text.sources == nil)
    #expect(text.bytes == Array(plain.utf8))
  }

  @Test(arguments: NormalForm.allCases)
  func `a hundred thousand marks in the wrong order take no quadratic time`(_ form: NormalForm) {
    let count = 50_000
    let marks = String(repeating: "\u{301}\u{323}", count: count)
    var text = AlignedText(Array("x\(marks)".utf8), isTracked: true)
    form.apply(to: &text)
    let (low, high) = (Array("\u{323}".utf8), Array("\u{301}".utf8))
    let sorted =
      form.isComposed
      ? Array("x\u{323}".utf8) + Array(repeating: low, count: count - 1).joined()
      : Array("x".utf8) + Array(repeating: low, count: count).joined()
    #expect(text.bytes == sorted + Array(repeating: high, count: count).joined())
  }

  @Test(arguments: [
    #"{"type": "Unknown"}"#, #"{}"#, #"[]"#, #"{"type": "NFC", "surplus": 1}"#,
    #"{"type": "Strip", "strip_left": true}"#, #"{"type": "BertNormalizer", "lowercase": true}"#,
    #"{"type": "Prepend", "prepend": 1}"#, #"{"type": "Replace", "pattern": "a", "content": "b"}"#,
    #"{"type": "Replace", "pattern": {"String": "a", "Regex": "b"}, "content": "b"}"#,
    #"{"type": "Replace", "pattern": {"Regex": "("}, "content": "b"}"#,
    #"{"type": "Precompiled", "precompiled_charsmap": "!"}"#,
    #"{"type": "Precompiled", "precompiled_charsmap": ""}"#,
    #"{"type": "Precompiled", "precompiled_charsmap": "/////w=="}"#,
    #"{"type": "Sequence", "normalizers": {}}"#,
  ])
  func `what is no normalizer is refused`(_ json: String) throws {
    let value = try JSONParser.parse(Array(json.utf8))
    #expect(throws: TextError.self) { try NormalizerChain(value) }
  }

  @Test func `a chain that lengthens a text without bound is refused`() throws {
    let step = #"{"type": "ByteLevel"}"#
    func chain(_ count: Int) throws -> NormalizerChain {
      let steps = Array(repeating: step, count: count).joined(separator: ",")
      let json = #"{"type": "Sequence", "normalizers": [\#(steps)]}"#
      return try NormalizerChain(try JSONParser.parse(Array(json.utf8)))
    }
    _ = try chain(12)
    let error = textError { _ = try chain(13) }
    #expect(error?.code == .unsupported)
  }
}
