// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CajalText

/// No pattern and no text takes more than work in proportion to the text.
struct PatternWorkTests {
  private static let texts = ["a", " ", "7", "\n", "'", "\u{301}", "A", "漢"]

  @Test(arguments: [
    SplitStep.words,
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|\p{N}{1,3}|"#
      + #" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
    #"\s+$"#, #"\p{L}+\p{N}|\p{L}"#, #"'+x|\p{M}+x"#,
  ])
  func `a table looks at a long run a few times at most`(_ source: String) throws {
    let pattern = try Pattern(source)
    #expect(pattern.isAutomaton)
    for character in Self.texts {
      // Quadratic work on a megabyte would exceed the limit of the table's work by far.
      let text = Array(String(repeating: character, count: 400_000).utf8) + [0x78]
      #expect(throws: Never.self) { try PatternFixture.bounds(pattern, text) }
    }
  }

  @Test func `a table that goes forth and back is stopped`() throws {
    let pattern = try Pattern("(?:ab)+c|a|b")
    #expect(pattern.isAutomaton)
    let text = String(repeating: "ab", count: 20_000)
    #expect(throws: TextError.self) { try PatternFixture.bounds(pattern, text.utf8) }
  }

  @Test(arguments: [
    #"(?:a|a)*[bd](?<!c)"#, #"(?:a+)+[bd](?<!c)"#, #"\w*\w*\w*\w*[!?](?<!c)"#,
    #"a(?=(?:aa)*\b[!?])"#, #"a(?=(?:aa)*\b)"#, #"a++[bd]|a(?<!c)"#, #"(?>a*)[bd]|a(?<!c)"#,
    #"(?<x>a+)\k<x>[bd]"#,
  ])
  func `a pattern that backtracks for ever ends with an error`(_ source: String) throws {
    let pattern = try Pattern(source)
    #expect(!pattern.isAutomaton)
    let text = String(repeating: "a", count: 60_000)
    #expect(throws: TextError.self) { try PatternFixture.bounds(pattern, text.utf8) }
    // A short text stays within what every text may cost.
    #expect(throws: Never.self) { try PatternFixture.bounds(pattern, "aaab!".utf8) }
  }

  @Test func `backtracking in proportion is no error`() throws {
    let pattern = try Pattern(#"\p{N}{1,3}(?=(?:\p{N}{3})*\b)"#)
    let bounds = try PatternFixture.bounds(pattern, "1234567 89".utf8)
    #expect(bounds == [0, 1, 1, 4, 4, 7, 8, 10])
  }

  @Test func `many threads share a pattern`() async throws {
    for engine in [Pattern.EngineChoice.automatic, .pcreOnly] {
      let pattern = try Pattern(SplitStep.words, engine: engine)
      let text = String(repeating: "it's 12 words, isn't it?\n", count: 40)
      let expected = try PatternFixture.bounds(pattern, text.utf8)
      try await withThrowingTaskGroup(of: [Int].self) { group in
        for _ in 0..<16 {
          group.addTask { try PatternFixture.bounds(pattern, text.utf8) }
        }
        for try await bounds in group { #expect(bounds == expected) }
      }
    }
  }
}
