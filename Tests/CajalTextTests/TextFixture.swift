// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import CajalText
import Foundation
import Testing

/// What the package `tokenizers` makes of difficult texts; written by dev/fixtures/make_text_cases.py.
enum TextFixture {
  struct Case: Codable {
    var text: String
    var ids: [Int]
    var decoded: String
    var decodedWithMarks: String?
  }

  struct Stories: Codable {
    struct Decoding: Codable {
      var ids: [Int]
      var decoded: String
    }

    struct Corpus: Codable {
      var file: String
      var characters: Int
      var count: Int
      var hash: String
    }

    var cases: [Case]
    var marked: [Case]
    var decodings: [Decoding]
    var corpora: [Corpus]
  }

  /// A file of the folder `Fixtures` beside this source.
  static func bytes(_ name: String) throws -> Data {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return try Data(contentsOf: folder.appendingPathComponent("Fixtures/\(name)"))
  }

  static func stories() throws -> Stories {
    try JSONDecoder().decode(Stories.self, from: bytes("stories260K.json"))
  }

  /// 64-bit FNV-1a over the tokens, four little-endian bytes each.
  static func hash(_ ids: [Int]) -> String {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325
    for id in ids {
      for shift in [0, 8, 16, 24] {
        value = (value ^ UInt64(id >> shift & 255)) &* 0x100_0000_01b3
      }
    }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// The real tokenizers of the shared data.
enum SharedTokenizer {
  static var isPresent: Bool { Shared.folder != nil }

  /// A file or folder below `data`.
  static func url(_ path: String) throws -> URL {
    try #require(Shared.folder).appendingPathComponent("data").appendingPathComponent(path)
  }

  static func open(_ path: String) throws -> any Tokenizer {
    try #require(try TokenizerFile.open(url(path)))
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: url(path)))
  }
}

/// Strings that are equal byte by byte; Swift's `==` takes canonically equivalent ones for equal.
func expectSameBytes(
  _ text: String, _ expected: String, _ comment: Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(Array(text.utf8) == Array(expected.utf8), comment, sourceLocation: sourceLocation)
}

/// The error that a closure throws, which must be one of this module.
func textError(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> TextError? {
  #expect(throws: TextError.self, sourceLocation: sourceLocation) { try body() }
}
