// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Foundation

/// What a model makes of given tokens: the loss of each and the predictions behind them.
///
/// Probabilities and losses are formed in Float64 from Float32 logits.
public struct Evaluation: Sendable {
  let model: any LanguageModel
  let job: Job

  /// Positions run at once; bounds the memory of activations.
  private static let positionsAtOnce = 4096
  /// Logits formed at once; bounds the memory where the vocabulary is large.
  private static let logitsAtOnce = 1 << 24

  /// An evaluation of one model.
  public init(_ subject: Subject, job: Job = .unwatched) {
    model = subject.model
    self.job = job
  }

  /// The score of every token of every sequence.
  ///
  /// Cost: one forward pass over all tokens.
  ///
  /// - Throws: `ModelError.tokens` for tokens outside the vocabulary or beyond the context,
  ///   `WorkbenchError.interrupted`.
  public func scores(_ sequences: [[Int]]) throws -> [[TokenScore]] {
    var scores: [[TokenScore]] = []
    for group in Self.groups(sequences) {
      let batch = try TokenBatch(Array(sequences[group]))
      let losses = try lossesByRow(batch)
      for sequence in 0..<batch.sequenceCount {
        let rows = batch.rows(of: sequence)
        scores.append(
          rows.map { row in
            let before = row > rows.lowerBound ? losses[row - 1] : nil
            return TokenScore(
              token: Int(batch.tokens[row]), loss: before?.loss, expected: before?.expected)
          })
      }
    }
    return scores
  }

  /// The mean loss in nats over all predicted tokens; nil where nothing is predicted.
  public static func meanLoss(_ scores: [[TokenScore]]) -> Double? {
    let losses = scores.joined().compactMap(\.loss)
    return losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count)
  }

  /// The `count` likeliest tokens to follow a sequence, likeliest first.
  public func predictions(after sequence: [Int], count: Int) throws -> [Prediction] {
    try reading(of: sequence, predictions: count, measuresLoss: false).predictions
  }

  /// For every row what it says of the token behind it; the last row of all predicts nothing.
  private func lossesByRow(_ batch: TokenBatch) throws -> [(loss: Double, expected: Prediction)] {
    let pass = pass(batch)
    var tap = NoTap()
    let x = try pass.residual(batch, &tap)
    return try lossesByRow(batch) { try pass.logits(of: x, rows: $0, batch) }
  }

  /// The same from the logits of rows, of which a bounded number is asked for at once.
  func lossesByRow(
    _ batch: TokenBatch, logits: (Range<Int>) throws -> Tensor
  ) throws -> [(loss: Double, expected: Prediction)] {
    let step = max(1, Self.logitsAtOnce / model.shape.vocabulary)
    var result: [(loss: Double, expected: Prediction)] = []
    for start in stride(from: 0, to: batch.count - 1, by: step) {
      try job.checkInterruption()
      let rows = start..<min(start + step, batch.count - 1)
      let logits = try logits(rows)
      let totals = logits.logSumExp()
      let losses = crossEntropy(logits, targets: rows.map { batch.tokens[$0 + 1] })
      for (index, best) in logits.argmax().enumerated() {
        let value = best < 0 ? Double.nan : Double(logits[index, best])
        result.append(
          (
            losses[index],
            Prediction(id: best, probability: exp(value - totals[index]))
          ))
      }
    }
    return result
  }

  func pass(_ batch: TokenBatch) -> ForwardPass {
    ForwardPass(model: model, job: job, activity: "running \(batch.count) tokens")
  }

  /// Sequences in groups of a bounded number of positions; a longer one stands alone.
  private static func groups(_ sequences: [[Int]]) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    var (start, positions) = (0, 0)
    for (index, sequence) in sequences.enumerated() {
      if index > start, positions + sequence.count > positionsAtOnce {
        groups.append(start..<index)
        (start, positions) = (index, 0)
      }
      positions += sequence.count
    }
    if start < sequences.count { groups.append(start..<sequences.count) }
    return groups
  }
}
