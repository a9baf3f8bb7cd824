// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import CajalTestSupport
import CajalText
import CajalWorkbench
import Foundation
import Testing

struct EvaluationTests {
  private let folder: TemporaryFolder
  private let subject: Subject
  private let tokens = [0, 85, 110, 101, 34, 118]

  /// The kernel's exponentials are of Float32; their sum is of Float64.
  private let tolerance = 1e-7

  init() throws {
    folder = try TemporaryFolder.withStandIn()
    subject = try Subject.open(folder.url.path)
  }

  /// ln p of every token after each row, in Float64, straight from the definition of the softmax.
  private func logProbabilities(_ tokens: [Int]) throws -> [[Double]] {
    let logits = try subject.model.logits(TokenBatch(tokens))
    let V = subject.shape.vocabulary
    return tokens.indices.map { row in
      let values = logits.array[row * V..<(row + 1) * V].map(Double.init)
      let top = values.max() ?? 0
      let total = top + log(values.reduce(0) { $0 + exp($1 - top) })
      return values.map { $0 - total }
    }
  }

  @Test func `the loss of a token is its negative log-probability after those before it`() throws {
    let expected = try logProbabilities(tokens)
    let scores = try Evaluation(subject).scores([tokens])[0]
    #expect(scores.map(\.token) == tokens)
    #expect(scores[0].loss == nil && scores[0].expected == nil)
    for position in 1..<tokens.count {
      let loss = try #require(scores[position].loss)
      #expect(abs(loss + expected[position - 1][tokens[position]]) < tolerance)
      let best = try #require(scores[position].expected)
      let row = expected[position - 1]
      #expect(row[best.id] == row.max())
      #expect(abs(best.probability - exp(row[best.id])) < tolerance)
    }
  }

  @Test func `the mean loss leaves out what nothing predicts`() throws {
    let scores = try Evaluation(subject).scores([tokens, [3], [4, 5]])
    let losses = scores.joined().compactMap(\.loss)
    #expect(losses.count == 5 + 0 + 1)
    #expect(Evaluation.meanLoss(scores) == losses.reduce(0, +) / 6)
    #expect(Evaluation.meanLoss(try Evaluation(subject).scores([[3]])) == nil)
  }

  @Test func `a sequence scores the same bits alone and beside others`() throws {
    let alone = try Evaluation(subject).scores([tokens])
    let packed = try Evaluation(subject).scores([[7, 8, 9], tokens, Array(0..<40)])
    #expect(packed[1] == alone[0])
  }

  @Test func `more positions than are run at once give the same scores`() throws {
    let sequences = (0..<40).map { start in (0..<128).map { (start * 7 + $0 * 3) % 258 } }
    let together = try Evaluation(subject).scores(sequences)
    #expect(together.count == 40)
    for index in [0, 31, 32, 39] {
      #expect(together[index] == (try Evaluation(subject).scores([sequences[index]])[0]))
    }
  }

  @Test func `predictions are the likeliest tokens with their probabilities`() throws {
    let row = try logProbabilities(tokens)[tokens.count - 1]
    let predictions = try Evaluation(subject).predictions(after: tokens, count: 3)
    let order = row.indices.sorted { (row[$1], $0) < (row[$0], $1) }
    #expect(predictions.map(\.id) == Array(order.prefix(3)))
    for prediction in predictions {
      #expect(abs(prediction.probability - exp(row[prediction.id])) < tolerance)
    }
    #expect(try Evaluation(subject).predictions(after: tokens, count: 1000).count == 258)
    #expect(try Evaluation(subject).predictions(after: tokens, count: 0).isEmpty)
  }

  @Test func `greedy tokens are each the likeliest after all before them`() throws {
    let made = try Evaluation(subject).greedy(after: tokens, count: 5)
    #expect(made.count == 5)
    for index in made.indices {
      let rows = try logProbabilities(tokens + made[..<index])
      let row = try #require(rows.last)
      #expect(row[made[index]] == row.max())
    }
  }

  @Test func `a token that ends a text ends the continuation and is kept`() throws {
    let made = try Evaluation(subject).greedy(after: tokens, count: 8)
    let stopped = try Evaluation(subject).greedy(
      after: tokens, count: 8, stoppingAfter: [made[2]])
    let first = try #require(made.firstIndex(of: made[2]))
    #expect(stopped == Array(made.prefix(first + 1)))
  }

  @Test func `work that shall end ends with the code for it`() throws {
    let error = #expect(throws: WorkbenchError.self) {
      try Evaluation(subject, job: Job(isInterrupted: { true })).scores([tokens])
    }
    #expect(error?.code == .interrupted)
  }

  @Test func `tokens outside the vocabulary are refused`() {
    #expect(throws: ModelError.self) { try Evaluation(subject).scores([[0, 258]]) }
  }
}

struct LearnedPositionTests {
  private static var folder: URL? {
    Shared.folder?.appendingPathComponent("reference/models/gpt2")
  }

  @Test(.enabled(if: folder.map { FileManager.default.fileExists(atPath: $0.path) } ?? false))
  func `a continuation beyond learned positions is refused before it begins`() throws {
    let subject = try Subject.open(try #require(Self.folder).path)
    let context = subject.shape.context
    try #require(subject.shape.contextIsLimit)
    let prompt = Array(repeating: 1, count: context - 2)
    #expect(try Evaluation(subject).greedy(after: prompt, count: 3).count == 3)
    let error = #expect(throws: WorkbenchError.self) {
      try Evaluation(subject).greedy(after: prompt, count: 4)
    }
    #expect(error?.message.contains("at most 3") == true)
  }
}
