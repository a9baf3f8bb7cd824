// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Foundation

/// What a model makes of given tokens: the loss of each and the predictions behind them.
///
/// Probabilities and losses are formed in Float64 from Float32 logits.
public struct Evaluation: Sendable {
  private let model: any LanguageModel
  private let job: Job

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
    let logits = try lastLogits(sequence)
    let total = logits.logSumExp()[0]
    return logits.topK(0, count).map {
      Prediction(id: $0.index, probability: exp(Double($0.value) - total))
    }
  }

  /// The tokens that follow greedily, each the likeliest after all before it.
  ///
  /// Cost: one forward pass over the whole prefix for every token.
  ///
  /// - Parameters:
  ///   - count: How many to make.
  ///   - ends: Tokens after which to stop; they are kept.
  /// - Throws: `WorkbenchError.input` where prompt and continuation do not fit the positions that the
  ///   model has learned; `ModelError.tokens`.
  public func greedy(after prompt: [Int], count: Int, stoppingAfter ends: Set<Int> = [])
    throws -> [Int]
  {
    let shape = model.shape
    if shape.contextIsLimit, prompt.count + count - 1 > shape.context, prompt.count <= shape.context
    {
      throw WorkbenchError(
        .input,
        "\(count) tokens after a prompt of \(prompt.count) do not fit the \(shape.context) positions "
          + "this model has learned; ask for at most \(shape.context - prompt.count + 1)")
    }
    let stage = try job.stage("generating", total: count, unit: "tokens")
    var made: [Int] = []
    while made.count < count {
      let next = try Evaluation(model: model).lastLogits(prompt + made).argmax()[0]
      guard next >= 0 else {
        throw WorkbenchError(
          .model, "the logits after \(prompt.count + made.count) tokens are not numbers")
      }
      made.append(next)
      try stage.advance(to: made.count)
      if ends.contains(next) { break }
    }
    return made
  }

  private init(model: any LanguageModel) {
    self.model = model
    job = .unwatched
  }

  /// The logits after the last token, [1, V].
  private func lastLogits(_ sequence: [Int]) throws -> Tensor {
    let batch = try TokenBatch(sequence)
    var tap = NoTap()
    let pass = pass(batch)
    let x = try pass.residual(batch, &tap)
    return try pass.logits(of: x, rows: batch.count - 1..<batch.count, batch)
  }

  /// For every row what it says of the token behind it; the last row of all predicts nothing.
  private func lossesByRow(_ batch: TokenBatch) throws -> [(loss: Double, expected: Prediction)] {
    let pass = pass(batch)
    var tap = NoTap()
    let x = try pass.residual(batch, &tap)
    let step = max(1, Self.logitsAtOnce / model.shape.vocabulary)
    var result: [(loss: Double, expected: Prediction)] = []
    for start in stride(from: 0, to: batch.count - 1, by: step) {
      try job.checkInterruption()
      let rows = start..<min(start + step, batch.count - 1)
      let logits = try pass.logits(of: x, rows: rows, batch)
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

  private func pass(_ batch: TokenBatch) -> ForwardPass {
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
