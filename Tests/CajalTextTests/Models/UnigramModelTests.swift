// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CajalText

struct UnigramModelTests {
  /// The best sum over all ways to write a word, each summed from left to right.
  private static func best(_ word: ArraySlice<String>, _ scores: [String: Double], _ sum: Double)
    -> Double
  {
    if word.isEmpty { return sum }
    return (1...word.count).compactMap { count in
      let (head, rest) = (word.prefix(count).joined(), word.dropFirst(count))
      return scores[head].map { best(rest, scores, sum + $0) }
    }.max() ?? -.infinity
  }

  @Test func `no way to write a word is better`() throws {
    var dice = Dice(state: 11)
    let letters = ["a", "b", "é", "日"]
    for _ in 0..<40 {
      var scores: [String: Double] = [:]
      for letter in letters { scores[letter] = -Double.random(in: 1...12, using: &dice) }
      for _ in 0..<30 {
        scores[dice.word(letters, 1...6)] = -Double.random(in: 1...12, using: &dice)
      }
      let pieces = scores.keys.sorted()
      let model = try UnigramModel(
        pieces: pieces.map { .init(bytes: Array($0.utf8), score: scores[$0] ?? 0) }, unknown: nil,
        byteFallback: false)
      for _ in 0..<10 {
        let word = dice.word(letters, 1...9)
        let ids = try TokenModelTests.run(model, Array(word.utf8)).ids
        #expect(ids.map { pieces[$0] }.joined() == word)
        let sum = ids.reduce(0.0) { $0 + (scores[pieces[$1]] ?? 0) }
        #expect(sum == Self.best(word.map(String.init)[...], scores, 0), "\(word) \(scores)")
      }
    }
  }

  @Test func `what is remembered is what would be found again`() throws {
    var dice = Dice(state: 12)
    let letters = ["a", "b", "é", "日"]
    let pieces =
      [UnigramModel.Piece(bytes: Array("<unk>".utf8), score: 0)]
      + Set((0..<50).map { _ in dice.word(letters, 1...4) }).sorted().map { word in
        UnigramModel.Piece(bytes: Array(word.utf8), score: -Double(word.utf8.count % 3) - 1)
      }
    let models = try [4, 0].map { bits in
      try UnigramModel(pieces: pieces, unknown: 0, byteFallback: false, rememberedBits: bits)
    }
    let texts = (0..<300).map { _ in Array(dice.word(letters + ["x"], 1...40).utf8) }
    for text in texts + texts.reversed() {
      let runs = try models.map { try TokenModelTests.run($0, text) }
      #expect(runs[0].ids == runs[1].ids)
      #expect(runs[0].spans == runs[1].spans)
    }
  }

  /// In 32 bits −1 − 5·10⁻⁸ is −1, however often it is added.
  @Test func `the arithmetic decides between ways that are almost equal`() throws {
    let scores: [(String, Double)] = [
      ("<unk>", 0), ("a", -1), ("b", -0.000_000_05), ("abbbb", -1.000_000_119_209_289_6),
    ]
    let ids = try [UnigramModel.Arithmetic.tokenizers, .sentencePiece].map { arithmetic in
      let model = try UnigramModel(
        pieces: scores.map { .init(bytes: Array($0.0.utf8), score: $0.1) }, unknown: 0,
        byteFallback: false, arithmetic: arithmetic)
      return try TokenModelTests.run(model, Array("abbbb".utf8)).ids
    }
    #expect(ids == [[3], [1, 2, 2, 2, 2]])
  }

  @Test func `a text of one long piece is written in one go`() throws {
    let model = try UnigramModel(
      pieces: [("<unk>", 0.0), ("a", -1), ("aa", -1.5)].map {
        .init(bytes: Array($0.0.utf8), score: $0.1)
      }, unknown: 0, byteFallback: false)
    let run = try TokenModelTests.run(model, Array(String(repeating: "a", count: 100_001).utf8))
    #expect(run.ids.count == 50_001)
    let unknown = try TokenModelTests.run(
      model, Array(String(repeating: "\u{301}", count: 50_000).utf8))
    #expect(unknown.ids == [0])
    #expect(unknown.spans.map(\.range) == [0..<100_000])
  }
}
