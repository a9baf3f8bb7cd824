// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

extension Tensor {
  /// Softmax along the last dimension; a row that is minus infinity everywhere gives zeros.
  public func softmax() -> Tensor {
    let width = width
    return mapRows { x, out, _, rows in cajal_softmax(x, out, rows, width) }
  }

  /// Logarithm of the softmax along the last dimension, formed in Float64.
  public func logSoftmax() -> Tensor {
    let width = width
    return mapRows { x, out, _, rows in cajal_log_softmax(x, out, rows, width) }
  }
}

/// Cross-entropy in nats of every row of `logits` `[N, V]` against its target, in Float64.
public func crossEntropy(_ logits: Tensor, targets: [Int32]) -> [Double] {
  precondition(
    logits.rank == 2 && targets.count == logits.shape[0],
    "\(targets.count) targets for logits \(logits.shape)")
  let width = logits.width
  for target in targets {
    precondition(
      target >= 0 && Int(target) < width, "target \(target) for logits \(logits.shape)")
  }
  let totals = logits.logSumExp()
  return logits.withFloats { x in
    targets.indices.map { totals[$0] - Double(x[$0 * width + Int(targets[$0])]) }
  }
}
