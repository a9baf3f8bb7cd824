// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CajalText

struct PatternTests {
  @Test(arguments: [Pattern.EngineChoice.automatic, .pcreOnly])
  func `patterns match what the packages match`(_ engine: Pattern.EngineChoice) throws {
    let fixture = try PatternFixture.matches()
    for one in fixture.cases {
      let syntax = one.syntax == "oniguruma" ? PatternSyntax.oniguruma : .fancyRegex
      let pattern = try Pattern(one.pattern, syntax: syntax, engine: engine)
      for (text, matches) in zip(fixture.texts, one.matches) {
        let found = try PatternFixture.bounds(pattern, text.utf8)
        // Of tiktoken only the pieces are known, not where they stand.
        let isSame =
          syntax == .oniguruma
          ? found == matches : Self.pieces(text, found) == Self.pieces(text, matches)
        #expect(isSame, "“\(one.pattern)” on \(text.debugDescription): \(found)")
      }
    }
  }

  private static func pieces(_ text: String, _ bounds: [Int]) -> [[UInt8]] {
    let bytes = Array(text.utf8)
    return stride(from: 0, to: bounds.count, by: 2)
      .map { Array(bytes[bounds[$0]..<bounds[$0 + 1]]) }
  }

  @Test func `the patterns of model repositories become tables`() throws {
    for source in [
      SplitStep.words,
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"#
        + #"\s*[\r\n]+|\s+(?!\S)|\s+"#,
      #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*+|"#
        + #"\s++(?!\S)|\s*[\r\n]|\s+"#,
    ] {
      #expect(try Pattern(source).isAutomaton)
      #expect(try !Pattern(source, engine: .pcreOnly).isAutomaton)
    }
    for source in [#"\bx"#, #"(?<=a)b"#, #"a(?=bc)"#, #"(?>a|ab)c"#, #"(a)\1"#] {
      #expect(try !Pattern(source).isAutomaton)
    }
  }

  @Test func `a literal matches itself and no pattern`() throws {
    let pattern = try Pattern(literal: "a.b")
    #expect(try PatternFixture.bounds(pattern, "axb a.b".utf8) == [4, 7])
  }

  @Test func `an empty match is not found where another match ends`() throws {
    var all: [Range<Int>] = []
    let pattern = try Pattern("a*")
    try Array("baac".utf8).withUnsafeBufferPointer { bytes in
      try pattern.matches(in: bytes) { all.append($0) }
    }
    #expect(all == [0..<0, 1..<3, 4..<4])
  }

  @Test(arguments: [
    "(", ")", "a)", "[a", "[]", "*a", "+", "?", "\\", "(?<>a)", "(?<a", "[b-a]", #"[a-\d]"#,
    #"[\w-.]"#, #"[\w--]"#, #"\x{110000}"#, #"\x{zz}"#, #"\u12"#, #"\xE4"#, #"(?<a>b)\1"#,
  ])
  func `broken patterns are refused as malformed`(_ source: String) throws {
    #expect(textError { _ = try Pattern(source) }?.code == .malformed)
  }

  @Test(arguments: [
    #"(?~abc)"#, #"\X"#, #"a\Kb"#, #"\g<1>"#, #"(*FAIL)"#, #"(?{x})"#, #"\p{Klingon}"#, #"(?i)ß"#,
    #"(?i:ss)"#, #"a{70000}"#, #"(?<a>x)(?<a>y)"#, #"\2(a)"#, #"(?:^)*"#, #"(?W:a)"#, #"(?(1)a|b)"#,
    #"(?<=a*)b"#,
  ])
  func `what is not implemented is refused by name`(_ source: String) throws {
    #expect(textError { _ = try Pattern(source) }?.code == .unsupported)
  }

  @Test func `deep nesting is refused`() throws {
    let deep = String(repeating: "(", count: 5000) + String(repeating: ")", count: 5000)
    #expect(textError { _ = try Pattern(deep) }?.code == .unsupported)
    let classes = String(repeating: "[a", count: 5000) + String(repeating: "]", count: 5000)
    #expect(textError { _ = try Pattern(classes) }?.code == .unsupported)
  }
}
