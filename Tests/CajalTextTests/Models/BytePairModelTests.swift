// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CajalText

struct BytePairModelTests {
  private static let letters = ["a", "b", "c", "é", "日"]

  /// A random vocabulary with the letters first, and all its merges.
  private static func vocabulary(
    _ dice: inout Dice, _ letters: [String], _ count: Int
  ) -> (pieces: [String], merges: [(left: String, right: String)]) {
    var pieces = letters
    var merges: [(left: String, right: String)] = []
    while merges.count < count {
      let (left, right) = (pieces[dice.below(pieces.count)], pieces[dice.below(pieces.count)])
      guard left.utf8.count + right.utf8.count < 20 else { continue }
      if !merges.contains(where: { $0.left == left && $0.right == right }) {
        merges.append((left, right))
      }
      if !pieces.contains(left + right) { pieces.append(left + right) }
    }
    merges.shuffle(using: &dice)
    return (pieces, merges)
  }

  private static func pieces(_ model: BytePairModel, _ text: String) throws -> [String] {
    try TokenModelTests.run(model, Array(text.utf8)).ids.map { model.vocabulary.piece($0) ?? "?" }
  }

  @Test func `listed merges go by rank and place`() throws {
    var dice = Dice(state: 1)
    for _ in 0..<40 {
      let (pieces, merges) = Self.vocabulary(&dice, Self.letters, 1 + dice.below(60))
      let model = try BytePairModel(
        vocabulary: Vocabulary(pieces), merges: .pairs(merges), options: .init())
      for length in [5, 20, 200] {
        let text = dice.word(Self.letters, 1...length)
        let plain = PlainMerging.merged(text.map(String.init)) { left, right in
          merges.firstIndex { $0.left == left && $0.right == right }
        }
        #expect(try Self.pieces(model, text) == plain, "\(text) \(pieces) \(merges)")
      }
    }
  }

  /// In rank files and for SentencePiece any two neighbours are joined whose union is a piece.
  @Test(arguments: [false, true])
  func `unions go by number or by score`(_ hasScores: Bool) throws {
    var dice = Dice(state: hasScores ? 2 : 3)
    for _ in 0..<60 {
      var pieces = Set((0..<80).map { _ in dice.word(["a", "b", "c"], 2...7) }).sorted()
      pieces.shuffle(using: &dice)
      pieces =
        (hasScores ? ["a", "b"] : (0..<128).map { String(Unicode.Scalar(UInt8($0))) }) + pieces
      // Few scores, so that many are equal.
      let scores = pieces.map { _ in Float(dice.below(12)) }
      let spellings =
        hasScores
        ? pieces.map { Array($0.utf8) } : pieces.map { Array($0.utf8) } + (128...255).map { [$0] }
      let model = try BytePairModel(
        vocabulary: Vocabulary(spellings: spellings),
        merges: hasScores ? .scores(scores, inert: []) : .ranks,
        options: .init(symbols: hasScores ? .characters : .bytes))
      for length in [6, 30, 150] {
        let text = dice.word(["a", "b", "c"], 1...length)
        let plain = PlainMerging.merged(text.map(String.init)) { left, right in
          pieces.firstIndex(of: left + right).map { hasScores ? -Int(scores[$0]) : $0 }
        }
        // The letter c has no piece in the second kind and is joined all the same.
        let known = plain.filter { pieces.contains($0) }
        #expect(try Self.pieces(model, text) == known, "\(text) \(pieces)")
      }
    }
  }

  @Test func `what is remembered is what would be found again`() throws {
    var dice = Dice(state: 4)
    let (pieces, merges) = Self.vocabulary(&dice, Self.letters, 50)
    var options = BytePairModel.Options(ignoresMerges: true)
    options.unknown = "a"
    let remembering = try BytePairModel(
      vocabulary: Vocabulary(pieces), merges: .pairs(merges), options: options, rememberedBits: 4)
    let forgetful = try BytePairModel(
      vocabulary: Vocabulary(pieces), merges: .pairs(merges), options: options, rememberedBits: 0)
    let texts = (0..<400).map { _ in
      Array(dice.word(Self.letters + ["x"], 1...(1 + dice.below(90))).utf8)
    }
    for _ in 0..<4 {
      for text in texts.shuffled(using: &dice) {
        let (one, other) = (
          try TokenModelTests.run(remembering, text), try TokenModelTests.run(forgetful, text)
        )
        #expect(one.ids == other.ids)
        #expect(one.spans == other.spans)
      }
    }
  }

  /// Only whole pieces of text are looked up where merges are ignored; a part of one is merged.
  @Test func `a part is not remembered as a whole`() throws {
    let model = try BytePairModel(
      vocabulary: Vocabulary(["a", "b", "x", "ab", "xa", "xab"]),
      merges: .pairs([("x", "a"), ("xa", "b")]), options: .init(ignoresMerges: true))
    for _ in 0..<2 {
      #expect(try TokenModelTests.run(model, Array("ab".utf8)).ids == [3])
      let long = try TokenModelTests.run(model, Array(String(repeating: "ab", count: 40).utf8))
      #expect(long.ids == Array(repeating: [0, 1], count: 40).flatMap(\.self))
    }
  }

  @Test func `many threads find what one finds`() async throws {
    var dice = Dice(state: 5)
    let (pieces, merges) = Self.vocabulary(&dice, Self.letters, 50)
    let model = try BytePairModel(
      vocabulary: Vocabulary(pieces), merges: .pairs(merges), options: .init(), rememberedBits: 5)
    let texts = (0..<200).map { _ in Array(dice.word(Self.letters, 1...60).utf8) }
    let alone = try texts.map { try TokenModelTests.run(model, $0).ids }
    try await withThrowingTaskGroup(of: [[Int]].self) { group in
      for _ in 0..<8 {
        group.addTask { try texts.map { try TokenModelTests.run(model, $0).ids } }
      }
      for try await together in group { #expect(together == alone) }
    }
  }

  /// A text that no merge can join across is cut; the filter that decides may only err on one side.
  @Test func `the filter lets every join pass`() {
    var dice = Dice(state: 6)
    let pairs = (0..<3000).map { _ in (UInt32(dice.below(500)), UInt32(dice.below(500))) }
    var filter = JoinFilter(reserving: pairs.count)
    for (left, right) in pairs { filter.insert(left, right) }
    filter.withView { view in
      let all = pairs.allSatisfy { view.mayJoin($0.0, $0.1) }
      #expect(all)
      let strangers = (0..<3000).count { view.mayJoin(UInt32($0 + 1000), UInt32($0)) }
      #expect(strangers < 1000)
    }
  }

  @Test(arguments: ["a", "\u{301}", "ab", "aé", "▁"])
  func `a hundred thousand equal letters take no quadratic time`(_ unit: String) throws {
    let pieces = ["a", "b", "é", "▁", "aa", "ab", "aaaa", "▁▁", "abab"]
    let model = try BytePairModel(
      vocabulary: Vocabulary(pieces),
      merges: .pairs([("a", "a"), ("a", "b"), ("aa", "aa"), ("▁", "▁"), ("ab", "ab")]),
      options: .init(unknown: "b", fusesUnknown: true))
    let text = Array(String(repeating: unit, count: 100_001).utf8)
    let run = try TokenModelTests.run(model, text)
    #expect(run.spans.last?.end == UInt32(text.count))
    #expect(zip(run.spans, run.spans.dropFirst()).allSatisfy { $0.end == $1.start })
  }

  @Test func `tokens for bytes that stand there spelled out have their whole length`() throws {
    let pieces = ["<", "0", "x", "4", "1", ">", "<0", "x4", "1>", "<0x4", "<0x41>", "a"]
    let model = try BytePairModel(
      vocabulary: Vocabulary(pieces),
      merges: .pairs([("<", "0"), ("x", "4"), ("1", ">"), ("<0", "x4"), ("<0x4", "1>")]),
      options: .init(hasByteFallback: true))
    for _ in 0..<2 {
      let run = try TokenModelTests.run(model, Array("a<0x41>Aa".utf8))
      #expect(run.ids == [11, 10, 10, 11])
      #expect(run.spans.map(\.range) == [0..<1, 1..<7, 7..<8, 8..<9])
      let spelledOut = try TokenModelTests.run(model, Array("a<0x41>a".utf8))
      #expect(spelledOut.spans.map(\.range) == [0..<1, 1..<7, 7..<8])
    }
  }

  @Test func `a rank file without some byte is refused`() {
    let error = #expect(throws: TextError.self) {
      try BytePairModel(
        vocabulary: Vocabulary(["a", "b", "ab"]), merges: .ranks, options: .init(symbols: .bytes))
    }
    #expect(error?.message.contains("256") == true)
  }
}
