// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

/// Values against closed forms written out in Float64, slopes against their finite differences.
struct MetricTests {
  private static let vocabulary = 9
  private static let reference = Philox(seed: 8).normals(shape: [3, vocabulary]) * 1.5

  private static let all: [Metric] = [
    .loss, .logit(4), .logitDifference(2, 7), .logProbability(8), .divergence(from: reference),
  ]

  /// The metric of a whole batch by its definition, from logits in Float64.
  private func defined(_ metric: Metric, _ z: [[Double]], _ batch: TokenBatch) -> Double {
    func logShares(_ row: [Double]) -> [Double] {
      let total = log(row.reduce(0) { $0 + exp($1) })
      return row.map { $0 - total }
    }
    switch metric {
    case .loss:
      let losses = zip(z, metric.rows(in: batch)).map {
        -logShares($0)[Int(batch.tokens[$1 + 1])]
      }
      return losses.reduce(0, +) / Double(losses.count)
    case .logit(let a): return z.reduce(0) { $0 + $1[a] }
    case .logitDifference(let a, let b): return z.reduce(0) { $0 + $1[a] - $1[b] }
    case .logProbability(let a): return z.reduce(0) { $0 + logShares($1)[a] }
    case .divergence(let reference):
      return z.indices.reduce(0) { sum, row in
        let r = logShares((0..<Self.vocabulary).map { Double(reference[row, $0]) })
        let p = logShares(z[row])
        return sum + zip(r, p).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
      }
    }
  }

  private func logits(_ metric: Metric, _ batch: TokenBatch) -> Tensor {
    Philox(seed: 3).normals(shape: [metric.rows(in: batch).count, Self.vocabulary]) * 2
  }

  private func doubles(_ logits: Tensor) -> [[Double]] {
    (0..<logits.shape[0]).map { row in (0..<logits.shape[1]).map { Double(logits[row, $0]) } }
  }

  @Test func `the loss reads every row that predicts and the others the last of each sequence`()
    throws
  {
    let batch = try batch(3, 1, 2)
    #expect(Metric.loss.rows(in: batch) == [0, 1, 4])
    for metric in Self.all.dropFirst() { #expect(metric.rows(in: batch) == [2, 3, 5]) }
  }

  @Test(arguments: all)
  func `the value is what the definition says`(_ metric: Metric) throws {
    let batch = try batch(4, 2, 5)
    let logits = logits(metric, batch)
    let expected = defined(metric, doubles(logits), batch)
    #expect(abs(metric.value(logits, batch) - expected) < 1e-8 * max(1, abs(expected)))
  }

  @Test(arguments: all)
  func `the values of sequences are those of each alone and make up the value`(_ metric: Metric)
    throws
  {
    let batch = try batch(4, 2, 5)
    let logits = logits(metric, batch)
    let values = metric.values(logits, batch)
    var first = 0
    var weighted = 0.0
    for sequence in 0..<3 {
      let own = try TokenBatch(batch.sequence(sequence))
      let alone: Metric
      if case .divergence(let reference) = metric {
        alone = .divergence(from: reference.rows(sequence..<sequence + 1))
      } else {
        alone = metric
      }
      let count = alone.rows(in: own).count
      #expect(alone.value(logits.rows(first..<first + count), own) == values[sequence])
      first += count
      weighted += values[sequence] * Double(count)
    }
    if case .loss = metric { weighted /= Double(first) }
    #expect(abs(metric.value(logits, batch) - weighted) < 1e-12 * max(1, abs(weighted)))
  }

  @Test(arguments: all)
  func `the cotangent is the slope by finite differences in Float64`(_ metric: Metric) throws {
    let batch = try batch(4, 2, 5)
    let logits = logits(metric, batch)
    let cotangent = metric.derivative(logits, batch).cotangent
    #expect(cotangent.shape == logits.shape)
    let z = doubles(logits)
    let step = 1e-5
    var slopes: [Double] = []
    for row in z.indices {
      for column in 0..<Self.vocabulary {
        var (up, down) = (z, z)
        up[row][column] += step
        down[row][column] -= step
        slopes.append((defined(metric, up, batch) - defined(metric, down, batch)) / (2 * step))
      }
    }
    expectClose(cotangent, slopes, tolerance: 1e-6, "\(metric)")
  }

  @Test func `a distribution does not diverge from itself and has no slope there`() throws {
    let metric = Metric.divergence(from: Self.reference)
    let batch = try batch(1, 1, 1)
    #expect(metric.values(Self.reference, batch).allSatisfy { abs($0) < 1e-14 })
    #expect(metric.derivative(Self.reference, batch).cotangent.array.allSatisfy { $0 == 0 })
  }

  @Test func `a token that is impossible on both sides does not diverge`() throws {
    let logits = Tensor([0, 0, -.infinity], shape: [1, 3])
    #expect(Metric.divergence(from: logits).value(logits, try TokenBatch([1])) == 0)
  }

  @Test func `a sequence of one token has no loss and does not count in the batch`() throws {
    let batch = try batch(1, 3)
    let logits = logits(.loss, batch)
    let values = Metric.loss.values(logits, batch)
    #expect(values[0].isNaN && values[1] == Metric.loss.value(logits, batch))
  }

  @Test(arguments: all)
  func `what does not fit the model is refused`(_ metric: Metric) throws {
    let batch = try batch(4, 2, 5)
    try metric.check(batch, answers: Self.vocabulary)
    let error = #expect(throws: ModelError.self) { try metric.check(batch, answers: 2) }
    #expect(error?.code == .metric)
  }

  @Test func `a loss where nothing is predicted is refused`() throws {
    let error = #expect(throws: ModelError.self) {
      try Metric.loss.check(batch(1, 1), answers: Self.vocabulary)
    }
    #expect(error?.message.contains("predicts nothing") == true)
  }
}
