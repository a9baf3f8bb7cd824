// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import CajalTestSupport
import CajalText
import CajalWorkbench
import Foundation
import Synchronization
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

  @Test func `one reading gives what its parts give`() throws {
    let evaluation = Evaluation(subject)
    let reading = try evaluation.reading(of: tokens, predictions: 3, measuresLoss: true)
    #expect(reading.loss == Evaluation.meanLoss(try evaluation.scores([tokens])))
    #expect(reading.predictedCount == tokens.count - 1 && reading.windows == nil)
    #expect(reading.predictions == (try evaluation.predictions(after: tokens, count: 3)))
    let one = try evaluation.reading(of: [3], predictions: 0, measuresLoss: true)
    #expect(one.loss == nil && one.predictedCount == 0 && one.predictions.isEmpty)
  }

  @Test func `a reading passes over the layers once`() throws {
    let layers = Mutex(0)
    let job = Job(onProgress: {
      if $0.unit == "layers", $0.done > 0 { layers.withLock { $0 += 1 } }
    })
    _ = try Evaluation(subject, job: job).reading(
      of: tokens, predictions: 5, measuresLoss: true)
    #expect(layers.withLock { $0 } == subject.shape.layers)
  }

  @Test func `interventions change a reading, at the logits too`() throws {
    let evaluation = Evaluation(subject)
    let plain = try evaluation.reading(of: tokens, predictions: 2, measuresLoss: true)
    var row = [Float](repeating: 0, count: 258)
    row[7] = 3
    // The softmax of these: e³ for token 7, 1 for each of the others.
    let share = exp(3.0) / (exp(3.0) + 257)
    let changed = try evaluation.reading(
      of: tokens, predictions: 1, measuresLoss: true,
      interventions: [Intervention(.set(Tensor(row, shape: [258])), at: Site(.logits))])
    #expect(changed.predictions.map(\.id) == [7])
    #expect(abs((changed.predictions.first?.probability ?? 0) - share) < tolerance)
    #expect(abs((changed.loss ?? 0) - log(exp(3.0) + 257)) < tolerance)
    let scaled = try evaluation.reading(
      of: tokens, predictions: 2, measuresLoss: true,
      interventions: [Intervention(.scale(0), at: Site(.attentionOut, layer: 0))])
    #expect(scaled.loss != plain.loss)
  }

  @Test func `a long text is read in windows that begin like the text`() throws {
    let text = [0] + (1...20).map { $0 }
    let windows = [
      [0] + (1...7).map { $0 }, [0] + (8...14).map { $0 }, [0] + (15...20).map { $0 },
    ]
    let evaluation = Evaluation(subject)
    let marked = try evaluation.reading(
      ofLong: text, windowsOf: 8, mark: 0, predictions: 2, measuresLoss: true)
    #expect(marked.loss == Evaluation.meanLoss(try evaluation.scores(windows)))
    #expect(marked.windows == 3 && marked.predictedCount == 20)
    #expect(
      marked.predictions
        == (try evaluation.predictions(after: [0] + (14...20).map { $0 }, count: 2)))
    let plain = try evaluation.reading(
      ofLong: text, windowsOf: 8, mark: nil, predictions: 1, measuresLoss: true)
    let cuts = [Array(text[0..<8]), Array(text[8..<16]), Array(text[16..<21])]
    #expect(plain.loss == Evaluation.meanLoss(try evaluation.scores(cuts)))
    #expect(plain.predictedCount == 18)
    #expect(
      plain.predictions == (try evaluation.predictions(after: Array(text.suffix(8)), count: 1)))
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
