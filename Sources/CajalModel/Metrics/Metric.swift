// SPDX-License-Identifier: Apache-2.0
public import CajalTensor
import Foundation

/// One number that says what a run did: what is patched towards, and what is differentiated.
///
///     loss                   mean of −ln p(next token), over every token that is predicted
///     logit                  z(a)
///     logit difference       z(a) − z(b)
///     log-probability        z(a) − ln Σ exp z
///     divergence             Σ r (ln r − ln p),   r = softmax(reference), p = softmax(z)
///
/// with z the logits. All but the loss are read at the last position of each sequence. Sums are
/// taken in Float64.
public enum Metric: Sendable {
  /// The mean loss in nats of the predicted tokens.
  case loss
  /// The logit of a token.
  case logit(Int)
  /// The logit of the first token minus that of the second.
  case logitDifference(Int, Int)
  /// The logarithm of the probability of a token, in nats.
  case logProbability(Int)
  /// The divergence of Kullback and Leibler from the distribution of other logits, [S, V] with one
  /// row a sequence, to this run's, in nats.
  case divergence(from: Tensor)
}

// MARK: - Where it reads
extension Metric {
  /// The packed rows whose logits it reads: for the loss all that predict a token, which is all but
  /// the last of each sequence; otherwise the last of each sequence.
  public func rows(in batch: TokenBatch) -> [Int] {
    (0..<batch.sequenceCount).flatMap { sequence -> Range<Int> in
      let rows = batch.rows(of: sequence)
      if case .loss = self { return rows.lowerBound..<rows.upperBound - 1 }
      return rows.upperBound - 1..<rows.upperBound
    }
  }

  /// The tokens it names.
  public var tokens: [Int] {
    switch self {
    case .loss, .divergence: []
    case .logit(let token), .logProbability(let token): [token]
    case .logitDifference(let token, let other): [token, other]
    }
  }

  /// Refuses tokens that a model with `answers` logits does not answer in, a loss where nothing is
  /// predicted, and a reference of another size.
  ///
  /// - Throws: `ModelError.metric`.
  public func check(_ batch: TokenBatch, answers: Int) throws(ModelError) {
    if let token = tokens.first(where: { !(0..<answers).contains($0) }) {
      throw ModelError(
        .metric,
        "the metric names token \(token), and the model answers in tokens 0 to \(answers - 1)")
    }
    switch self {
    case .loss:
      if rows(in: batch).isEmpty {
        throw ModelError(
          .metric, "a sequence of one token predicts nothing, so there is no loss; give two tokens")
      }
      if let token = batch.tokens.first(where: { Int($0) >= answers }) {
        throw ModelError(
          .metric,
          "there is no loss of token \(token): the model answers in tokens 0 to \(answers - 1)")
      }
    case .divergence(let reference):
      guard reference.shape == [batch.sequenceCount, answers] else {
        throw ModelError(
          .metric,
          "logits \(reference.shape) to diverge from do not fit \(batch.sequenceCount) sequences of "
            + "\(answers) logits; take one row a sequence")
      }
    default: break
    }
  }
}

// MARK: - Its value and its slope
extension Metric {
  /// The metric of each sequence; NaN for the loss of a sequence that predicts nothing.
  ///
  /// - Parameter logits: [rows, V], the rows that `rows(in:)` names, in that order.
  public func values(_ logits: Tensor, _ batch: TokenBatch) -> [Double] {
    requireFit(logits, batch)
    switch self {
    case .loss:
      return means(crossEntropy(logits, targets: targets(batch)), batch)
    case .logit(let token): return column(token, of: logits)
    case .logitDifference(let token, let other):
      return zip(column(token, of: logits), column(other, of: logits)).map { $0 - $1 }
    case .logProbability(let token):
      return zip(column(token, of: logits), logits.logSumExp()).map { $0 - $1 }
    case .divergence(let reference):
      return CajalTensor.divergence(logits, from: reference)
    }
  }

  /// The metric of the whole batch: for the loss the mean over all predicted tokens of all sequences,
  /// otherwise the sum over the sequences.
  ///
  /// - Parameter logits: As for `values`.
  public func value(_ logits: Tensor, _ batch: TokenBatch) -> Double {
    guard case .loss = self else { return values(logits, batch).reduce(0, +) }
    requireFit(logits, batch)
    let losses = crossEntropy(logits, targets: targets(batch))
    return losses.reduce(0, +) / Double(losses.count)
  }

  /// The metric of each sequence and of the batch, and the derivative of the latter with respect to the
  /// logits, [rows, V].
  ///
  /// - Parameter logits: As for `values`.
  public func derivative(
    _ logits: Tensor, _ batch: TokenBatch
  ) -> (values: [Double], value: Double, cotangent: Tensor) {
    guard case .loss = self else {
      let values = values(logits, batch)
      return (values, values.reduce(0, +), cotangent(logits, batch))
    }
    requireFit(logits, batch)
    let rows = logits.shape[0]
    let (losses, cotangent) = crossEntropyCotangent(
      logits, targets: targets(batch),
      weights: Array(repeating: 1 / Double(rows), count: rows))
    return (means(losses, batch), losses.reduce(0, +) / Double(rows), cotangent)
  }

  private func cotangent(_ logits: Tensor, _ batch: TokenBatch) -> Tensor {
    let rows = logits.shape[0]
    switch self {
    case .loss: preconditionFailure("the loss comes with its cotangent")
    case .logit(let token):
      return Self.adding([(token, 1)], to: Tensor(zeros: logits.shape))
    case .logitDifference(let token, let other):
      return Self.adding([(token, 1), (other, -1)], to: Tensor(zeros: logits.shape))
    case .logProbability(let token):
      return crossEntropyCotangent(
        logits, targets: Array(repeating: Int32(token), count: rows),
        weights: Array(repeating: -1, count: rows)
      ).cotangent
    case .divergence(let reference):
      return divergenceCotangent(
        logits, from: reference, weights: Array(repeating: 1, count: rows))
    }
  }

  /// The mean loss of each sequence.
  private func means(_ losses: [Double], _ batch: TokenBatch) -> [Double] {
    var next = 0
    return (0..<batch.sequenceCount).map { sequence in
      let count = batch.rows(of: sequence).count - 1
      defer { next += count }
      return count == 0 ? .nan : losses[next..<next + count].reduce(0, +) / Double(count)
    }
  }

  /// The token behind each row of the loss.
  private func targets(_ batch: TokenBatch) -> [Int32] {
    rows(in: batch).map { batch.tokens[$0 + 1] }
  }

  /// The same few numbers added to every row.
  private static func adding(_ terms: [(column: Int, value: Float)], to rows: Tensor) -> Tensor {
    var rows = rows
    let (count, width) = (rows.shape[0], rows.shape[1])
    rows.withMutableFloats { floats in
      for row in 0..<count {
        for (column, value) in terms { floats[row * width + column] += value }
      }
    }
    return rows
  }

  private func column(_ token: Int, of logits: Tensor) -> [Double] {
    (0..<logits.shape[0]).map { Double(logits[$0, token]) }
  }

  private func requireFit(_ logits: Tensor, _ batch: TokenBatch) {
    let rows = rows(in: batch).count
    precondition(
      logits.rank == 2 && logits.shape[0] == rows,
      "logits \(logits.shape) for a metric that reads \(rows) rows")
    for token in tokens {
      precondition(
        token >= 0 && token < logits.shape[1], "token \(token) for logits \(logits.shape)")
    }
    if case .divergence(let reference) = self {
      precondition(
        reference.shape == logits.shape, "reference \(reference.shape) for logits \(logits.shape)")
    }
  }
}

// MARK: - Text
extension Metric: CustomStringConvertible {
  /// `loss`, `logit:5`, `difference:5,7`, `logprob:5`, `divergence`.
  public var description: String {
    switch self {
    case .loss: "loss"
    case .logit(let token): "logit:\(token)"
    case .logitDifference(let token, let other): "difference:\(token),\(other)"
    case .logProbability(let token): "logprob:\(token)"
    case .divergence: "divergence"
    }
  }
}
