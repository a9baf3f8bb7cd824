// SPDX-License-Identifier: Apache-2.0
public import CajalModel
import CajalTensor
import CajalText

/// What one forward pass over a text says: how well it was predicted, and what may come next.
public struct Reading: Sendable, Equatable {
  /// Mean nats a predicted token; nil where it was not asked for or nothing is predicted.
  public var loss: Double?
  /// How many tokens were predicted.
  public var predictedCount = 0
  /// The tokens likeliest to come next, likeliest first.
  public var predictions: [Prediction] = []
  /// In how many windows the text was read, where it is longer than the model's positions; else nil.
  public var windows: Int?

  /// Nothing read yet.
  public init() {}
}

extension Evaluation {
  /// Reads a sequence once.
  ///
  /// - Parameters:
  ///   - sequence: The tokens.
  ///   - count: How many of the likeliest next tokens are wanted.
  ///   - measuresLoss: Whether the loss is.
  ///   - interventions: Changes to the run.
  ///   - continues: Whether the sequence goes on, so that an intervention may be meant for positions that
  ///     are not here yet.
  /// - Throws: `ModelError` for tokens and interventions that do not fit; `WorkbenchError.interrupted`.
  public func reading(
    of sequence: [Int], predictions count: Int, measuresLoss: Bool,
    interventions: [Intervention] = [], continues: Bool = false
  ) throws -> Reading {
    let batch = try TokenBatch(sequence)
    let pass = pass(batch)
    var tap =
      continues
      ? InterventionTap(interventions, growing: batch)
      : InterventionTap(interventions, batch: batch)
    let x = try pass.residual(batch, &tap)
    var changed: Tensor?
    if !interventions.isEmpty {
      // An intervention may act on the logits of all rows, so they are formed together.
      changed = model.unembed(x, model.begin(batch, RunOptions()), &tap)
      if continues { try tap.checkFailure() } else { try tap.finish() }
    }
    func logits(_ rows: Range<Int>) throws -> Tensor {
      try changed?.rows(rows) ?? pass.logits(of: x, rows: rows, batch)
    }
    var reading = Reading()
    if measuresLoss {
      let losses = try lossesByRow(batch, logits: logits).map(\.loss)
      reading.predictedCount = losses.count
      reading.loss = losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count)
    }
    if count > 0 {
      reading.predictions = Prediction.likeliest(
        try logits(batch.count - 1..<batch.count), count)
    }
    return reading
  }

  /// Reads a text that is longer than the positions the model was made for: in windows of so many
  /// tokens that follow each other. What may come next is read from as many tokens at its end.
  ///
  /// Where the text begins with the mark for a beginning, every window does. The first token of a
  /// window is not predicted.
  ///
  /// - Parameter length: Tokens of a window, the mark included; at least 2.
  /// - Throws: `ModelError.tokens`; `WorkbenchError.interrupted`.
  public func reading(
    ofLong sequence: [Int], windowsOf length: Int, mark: Int?, predictions count: Int,
    measuresLoss: Bool
  ) throws -> Reading {
    let windows = Self.windows(of: sequence, length: length, mark: mark)
    var reading = Reading()
    reading.windows = windows.count
    if measuresLoss {
      let scores = try scores(windows)
      reading.loss = Self.meanLoss(scores)
      reading.predictedCount = scores.joined().count { $0.loss != nil }
    }
    if count > 0 {
      let start = sequence.first == mark ? Array(sequence.prefix(1)) : []
      let end = sequence.dropFirst(start.count).suffix(length - start.count)
      reading.predictions = try predictions(after: start + end, count: count)
    }
    return reading
  }

  /// Windows of at most `length` tokens, each with the mark in front where the sequence has it.
  static func windows(of sequence: [Int], length: Int, mark: Int?) -> [[Int]] {
    precondition(length > 1, "windows of \(length) tokens predict nothing")
    let start = sequence.first == mark ? Array(sequence.prefix(1)) : []
    let rest = sequence.dropFirst(start.count)
    return stride(from: rest.startIndex, to: rest.endIndex, by: length - start.count).map {
      start + rest[$0..<min($0 + length - start.count, rest.endIndex)]
    }
  }
}
