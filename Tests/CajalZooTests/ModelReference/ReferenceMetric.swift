// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Foundation

extension Metric {
  /// The metric of the whole batch, from Float64 logits [N, V]. Only what the gradient tests use.
  func reference(_ logits: [Double], _ batch: TokenBatch) -> Double {
    let V = logits.count / batch.count
    func row(_ index: Int) -> ArraySlice<Double> { logits[index * V..<(index + 1) * V] }
    let rows = rows(in: batch)
    switch self {
    case .loss:
      let losses = rows.map { index in
        logSum(row(index)) - logits[index * V + Int(batch.tokens[index + 1])]
      }
      return losses.reduce(0, +) / Double(losses.count)
    case .logit(let token): return rows.reduce(0) { $0 + logits[$1 * V + token] }
    case .logitDifference(let token, let other):
      return rows.reduce(0) { $0 + logits[$1 * V + token] - logits[$1 * V + other] }
    case .logProbability(let token):
      return rows.reduce(0) { $0 + logits[$1 * V + token] - logSum(row($1)) }
    case .divergence: preconditionFailure("no gradient test uses a divergence")
    }
  }

  private func logSum(_ row: ArraySlice<Double>) -> Double {
    let largest = row.max() ?? 0
    return largest + log(row.reduce(0) { $0 + exp($1 - largest) })
  }

  /// The derivative by all logits of a run, [1, N, V]; zero in the rows it does not read.
  func cotangent(ofAll logits: Tensor, _ batch: TokenBatch) -> Tensor {
    let rows = rows(in: batch)
    let parts = derivative(logits.detached.gathered(rows: rows), batch).cotangent
    let V = logits.shape[1]
    var whole = Tensor(zeros: [1, batch.count, V])
    parts.withFloats { parts in
      whole.withMutableFloats { whole in
        for (from, row) in rows.enumerated() {
          for column in 0..<V { whole[row * V + column] = parts[from * V + column] }
        }
      }
    }
    return whole
  }
}
