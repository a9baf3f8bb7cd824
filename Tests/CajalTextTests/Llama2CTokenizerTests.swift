// SPDX-License-Identifier: Apache-2.0
import CajalText
import Testing

struct Llama2CTokenizerTests {
  /// A file with the 259 pieces every vocabulary begins with and a few more.
  static func file(
    _ more: [(piece: String, score: Float)] = [(" ", -9), ("a", -9), ("aa", -1), (" a", -2)],
    longest: Int32 = 6
  ) -> [UInt8] {
    let digits = Array("0123456789ABCDEF")
    let bytes = (0...255).map { "<0x\(digits[$0 >> 4])\(digits[$0 & 15])>" }
    let first = (["<unk>", "\n<s>\n", "\n</s>\n"] + bytes).map { (piece: $0, score: Float(0)) }
    var file = littleEndian(UInt32(bitPattern: longest))
    for (piece, score) in first + more {
      file += littleEndian(score.bitPattern) + littleEndian(UInt32(piece.utf8.count)) + piece.utf8
    }
    return file
  }

  static func littleEndian(_ word: UInt32) -> [UInt8] {
    [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: word >> $0) }
  }

  @Test func `the best score wins and of equals the leftmost`() throws {
    let tokenizer = try Llama2CTokenizer(Self.file())
    #expect(tokenizer.vocabularySize == 263)
    #expect(try tokenizer.encode("aaa") == [1, 259, 261, 260])
    #expect(try tokenizer.encode("a", addSpecialTokens: false) == [262])
    #expect(try tokenizer.encode("") == [1])
    #expect(try tokenizer.encode("é") == [1, 259, 0xC3 + 3, 0xA9 + 3])
  }

  @Test func `the space in front is dropped where a text begins`() throws {
    let tokenizer = try Llama2CTokenizer(Self.file())
    #expect(tokenizer.decode([1, 262, 262]) == "a a")
    #expect(tokenizer.decode([262, 262]) == "a a")
    #expect(tokenizer.decode([1, 0x0A + 3, 262, 2]) == "\n a")
    #expect(tokenizer.decode([1, 260], skipSpecialTokens: false) == "\n<s>\na")
    #expect(tokenizer.decode([260, 999, 0xFF + 3]) == "a\u{FFFD}\u{FFFD}")
  }

  /// Source: `test.c` of llama2.c, whose numbers come from Meta's own tokenizer.
  @Test(
    .enabled(if: SharedTokenizer.isPresent),
    arguments: [
      ("", [1]),
      ("I believe the meaning of life is", [1, 306, 4658, 278, 6593, 310, 2834, 338]),
      (
        "Simply put, the theory of relativity states that ",
        [1, 3439, 17632, 1925, 29892, 278, 6368, 310, 14215, 537, 5922, 393, 29871]
      ),
      (
        "A brief message congratulating the team on the launch:\n\n        Hi everyone,\n\n"
          + "        I just ",
        [
          1, 319, 11473, 2643, 378, 629, 271, 18099, 278, 3815, 373, 278, 6826, 29901, 13, 13, 4706,
          6324, 14332, 29892, 13, 13, 4706, 306, 925, 29871,
        ]
      ),
      (
        "Translate English to French:\n\n        sea otter => loutre de mer\n"
          + "        peppermint => menthe poivrée\n        plush girafe => girafe peluche\n"
          + "        cheese =>",
        [
          1, 4103, 9632, 4223, 304, 5176, 29901, 13, 13, 4706, 7205, 4932, 357, 1149, 301, 449, 276,
          316, 2778, 13, 4706, 1236, 407, 837, 524, 1149, 6042, 354, 772, 440, 29878, 1318, 13,
          4706, 715, 1878, 330, 3055, 1725, 1149, 330, 3055, 1725, 4639, 28754, 13, 4706, 923, 968,
          1149,
        ]
      ),
    ])
  func `Meta's vocabulary gives llama2.c's published tokens`(_ text: String, _ ids: [Int]) throws {
    let tokenizer = try SharedTokenizer.open("tokenizers/llama2.c/tokenizer.bin")
    #expect(try tokenizer.encode(text) == ids)
    expectSameBytes(tokenizer.decode(ids), text)
  }

  static let broken: [String: [UInt8]] = [
    "empty": [],
    "only a count": littleEndian(6),
    "cut in a score": Array(file().dropLast(9)),
    "cut in a piece": Array(file().dropLast(1)),
    "a byte too many": file() + [0],
    "a negative longest length": file(longest: -1),
    "pieces longer than the longest": file(longest: 5),
    "a longest length of two billion": file(longest: .max),
    "a score that is no number": file([("x", .nan)]),
    "a piece that is not UTF-8": file() + littleEndian(0) + littleEndian(1) + [0xFF],
    "a negative length": file() + littleEndian(0) + littleEndian(0xFFFF_FFFF),
    "a length beyond the file": file(longest: 4096) + littleEndian(0) + littleEndian(4096),
    "no byte pieces": littleEndian(6) + littleEndian(0) + littleEndian(1) + [0x61],
  ]

  @Test(arguments: broken.keys.sorted())
  func `a broken file is refused`(_ what: String) throws {
    let file = try #require(Self.broken[what])
    #expect(textError { _ = try Llama2CTokenizer(file) }?.code == .malformed)
  }

  @Test func `a line of fifty thousand characters takes no quadratic time`() throws {
    let tokenizer = try Llama2CTokenizer(Self.file())
    let ids = try tokenizer.encode(String(repeating: "a", count: 50_001), addSpecialTokens: false)
    #expect(ids == [259] + Array(repeating: 261, count: 25_000) + [260])
  }
}
