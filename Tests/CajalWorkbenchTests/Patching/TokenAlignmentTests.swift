// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import CajalWorkbench
import Foundation
import Testing

struct TokenAlignmentTests {
  /// Every line as `clean position:piece / corrupted position:piece`, shared ones marked.
  private func lines(
    _ clean: [Int], _ corrupted: [Int], excerpt: Int? = nil
  ) throws -> [String] {
    let folder = try TemporaryFolder.withStandIn()
    let alignment = TokenAlignment(
      clean: clean, corrupted: corrupted, for: try Subject.open(folder.url.path))
    func text(_ entry: (position: Int, piece: String)?) -> String {
      entry.map { "\($0.position):\($0.piece)" } ?? "-"
    }
    let rows = excerpt.map { alignment.excerpt(context: $0) } ?? alignment.rows.map { $0 }
    return rows.map { row in
      row.map { "\(text($0.clean)) \($0.isShared ? "=" : "/") \(text($0.corrupted))" } ?? "…"
    }
  }

  // The tokens of the stand-in are bytes: 2 more than their numbers.
  private func bytes(_ text: String) -> [Int] { text.utf8.map { Int($0) + 2 } }

  @Test func `prompts of one length stand position by position`() throws {
    #expect(
      try lines(bytes("abcd"), bytes("axcy"))
        == ["0:a = 0:a", "1:b / 1:x", "2:c = 2:c", "3:d / 3:y"])
  }

  @Test func `what both end with stands side by side although positions differ`() throws {
    #expect(
      try lines(bytes("abcz"), bytes("axyz!"))
        == ["0:a = 0:a", "1:b / 1:x", "2:c / 2:y", "3:z = 3:z", "- / 4:!"])
    #expect(
      try lines(bytes("abz"), bytes("axyz"))
        == ["0:a = 0:a", "1:b / 1:x", "- / 2:y", "2:z = 3:z"])
    #expect(try lines(bytes("aaa"), bytes("aa")) == ["0:a = 0:a", "1:a = 1:a", "2:a / -"])
    #expect(try lines([], bytes("a")) == ["- / 0:a"])
  }

  @Test func `an excerpt keeps the lines around the differences`() throws {
    #expect(
      try lines(bytes("abcdefgh"), bytes("abcdXfgh"), excerpt: 1)
        == ["…", "3:d = 3:d", "4:e / 4:X", "5:f = 5:f", "…"])
    #expect(try lines(bytes("ab"), bytes("ab"), excerpt: 1) == ["…"])
  }

  @Test(arguments: [
    ("abcz", "axyyz", "they part at position 1 and share the last token"),
    ("abczz", "axyyzz", "they part at position 1 and share the last 2 tokens"),
    ("ab", "xyz", "they differ from the first token and do not meet again"),
  ])
  func `the difference is said in words`(clean: String, corrupted: String, words: String) throws {
    let folder = try TemporaryFolder.withStandIn()
    let alignment = TokenAlignment(
      clean: bytes(clean), corrupted: bytes(corrupted), for: try Subject.open(folder.url.path))
    #expect(alignment.difference == words)
  }
}
