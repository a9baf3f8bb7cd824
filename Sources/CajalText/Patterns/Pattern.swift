// SPDX-License-Identifier: Apache-2.0

/// A regular expression of a tokenizer file, compiled once.
///
/// Most patterns of tokenizers look at most one character ahead: they become a table that is walked
/// over the text. All others go to PCRE2 with its compiler to machine code.
struct Pattern: Sendable {
  private enum Engine: Sendable {
    case automaton(PatternAutomaton)
    case pcre(PCREPattern)
  }

  /// What may find the matches; the tests compare both.
  enum EngineChoice: Sendable {
    case automatic
    case pcreOnly
  }

  private let engine: Engine

  init(
    _ source: String, syntax: PatternSyntax = .oniguruma, engine choice: EngineChoice = .automatic
  ) throws(TextError) {
    try self.init(
      try PatternParser.parse(source, syntax), name: VisibleText.excerpt(source), engine: choice)
  }

  /// The pattern that matches a text and nothing else.
  init(literal: String) throws(TextError) {
    try self.init(
      .sequence(literal.unicodeScalars.map { .set(ScalarSet($0)) }),
      name: VisibleText.excerpt(literal))
  }

  /// The pattern that matches one scalar of a set.
  init(_ set: ScalarSet) throws(TextError) { try self.init(.set(set), name: "[…]") }

  private init(
    _ node: PatternNode, name: String, engine choice: EngineChoice = .automatic
  ) throws(TextError) {
    if choice == .automatic, let automaton = PatternAutomaton(node) {
      engine = .automaton(automaton)
    } else {
      engine = .pcre(try PCREPattern(node, name: name))
    }
  }

  /// Whether a table finds the matches.
  var isAutomaton: Bool {
    if case .automaton = engine { true } else { false }
  }

  /// Hands out the matches from left to right; none overlaps another, and none is empty where
  /// another ends.
  ///
  /// - Parameter bytes: Valid UTF-8.
  /// - Throws: When the work grows out of proportion to the text.
  /// - Cost: proportional to the text.
  func matches(
    in bytes: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void
  ) throws(TextError) {
    try withoutActuallyEscaping(body) { body throws(TextError) in
      var visitor = ClosureVisitor(body: body)
      try matches(in: bytes, spans: CollectionOfOne(ByteSpan(0..<bytes.count)), &visitor)
    }
  }

  /// Hands out the matches in each of some stretches; the pattern sees nothing beyond a stretch.
  ///
  /// - Throws: When the work grows out of proportion to the text.
  func matches(
    in bytes: UnsafeBufferPointer<UInt8>, spans: some Sequence<ByteSpan>,
    _ visitor: inout some MatchVisitor
  ) throws(TextError) {
    switch engine {
    case .automaton(let automaton): try automaton.matches(in: bytes, spans: spans, &visitor)
    case .pcre(let pattern): try pattern.matches(in: bytes, spans: spans, &visitor)
    }
  }

  /// The refusal of a pattern that tries too much on a text.
  static let tooMuchWork = TextError(
    .unsupported, "a pattern of the tokenizer tries too many ways to match this text")
}

/// Who is told of the matches in stretches of a text.
protocol MatchVisitor {
  /// A stretch begins.
  mutating func begin(at start: Int)
  /// A match in it.
  mutating func take(_ start: Int, _ end: Int)
  /// The stretch ends.
  mutating func finish(at end: Int)
}

/// Passes matches on, in a single stretch.
private struct ClosureVisitor: MatchVisitor {
  let body: (Range<Int>) -> Void

  func begin(at start: Int) {}
  func take(_ start: Int, _ end: Int) { body(start..<end) }
  func finish(at end: Int) {}
}
