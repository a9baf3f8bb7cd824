// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Cross-entropy in nats of every row of `logits` `[N, V]` against its target, in Float64.
public func crossEntropy(_ logits: Tensor, targets: [Int32]) -> [Double] {
  check(logits, targets: targets)
  let width = logits.width
  let totals = logits.logSumExp()
  return logits.withFloats { x in
    targets.indices.map { totals[$0] - Double(x[$0 * width + Int(targets[$0])]) }
  }
}

/// Cross-entropy of every row and the cotangent of the logits, in one pass.
///
///     lossₙ = log Σᵥ e^(xₙᵥ) − xₙₜ,     x̄ₙᵥ = wₙ · (softmax(xₙ)ᵥ − [v = tₙ])
///
/// The log-probability of one token a row is `-loss`; its cotangent takes weights of the other sign.
///
/// - Parameters:
///   - logits: x, `[N, V]`.
///   - targets: t, one a row.
///   - weights: w, one a row: the cotangents of the losses. Where it is 0 the row is passed over, its
///     loss and its cotangents are 0, and its target does not matter.
/// - Cost: one exponential and three passes over every row that has a weight.
public func crossEntropyCotangent(
  _ logits: Tensor, targets: [Int32], weights: [Double]
) -> (losses: [Double], cotangent: Tensor) {
  precondition(
    weights.count == targets.count, "\(weights.count) weights for \(targets.count) targets")
  check(logits, targets: zip(targets, weights).map { $1 == 0 ? 0 : $0 })
  let width = logits.width
  return eachRow(of: logits) { row, x, out in
    if weights[row] == 0 {
      out.update(repeating: 0, count: width)
      return 0
    }
    return cajal_cross_entropy_gradient(x, Int(targets[row]), weights[row], out, width)
  }
}

/// Divergence in nats of every row of `logits` `[N, V]` from that row of `reference`, in Float64:
/// `Σ p (log p − log q)` with p = softmax(reference) and q = softmax(logits).
///
/// Zero where both are the same distribution; what p gives no probability adds nothing.
public func divergence(_ logits: Tensor, from reference: Tensor) -> [Double] {
  check(logits, reference)
  let width = logits.width
  var results = [Double](repeating: 0, count: logits.vectorCount)
  results.withUnsafeMutableBufferPointer { results in
    logits.withFloats { x in
      reference.withFloats { reference in
        guard let x = x.baseAddress, let reference = reference.baseAddress,
          let results = results.baseAddress
        else { return }
        Threads.forEachRows(logits.vectorCount, width: width) { part in
          for row in part {
            results[row] = cajal_divergence(x + row * width, reference + row * width, width)
          }
        }
      }
    }
  }
  return results
}

/// The cotangent of the logits under `Σₙ wₙ · divergence(logits, from: reference)ₙ`:
/// `wₙ · (softmax(xₙ) − softmax(referenceₙ))`.
///
/// - Parameter weights: w, one a row.
public func divergenceCotangent(
  _ logits: Tensor, from reference: Tensor, weights: [Double]
) -> Tensor {
  check(logits, reference)
  precondition(
    weights.count == logits.vectorCount, "\(weights.count) weights for logits \(logits.shape)")
  let width = logits.width
  return reference.withFloats { reference in
    let reference = reference.baseAddress
    return eachRow(of: logits) { row, x, out in
      if let reference {
        cajal_divergence_gradient(x, reference + row * width, weights[row], out, width)
      }
      return 0
    }.cotangent
  }
}

/// A tensor of the logits' shape written row by row, and a number a row.
private func eachRow(
  of logits: Tensor,
  _ body: (_ row: Int, _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>) -> Double
) -> (losses: [Double], cotangent: Tensor) {
  let (rows, width) = (logits.vectorCount, logits.width)
  var losses = [Double](repeating: 0, count: rows)
  let cotangent = losses.withUnsafeMutableBufferPointer { losses in
    Tensor(shape: logits.shape) { out in
      logits.withFloats { x in
        guard width > 0, let x = x.baseAddress, let out = out.baseAddress,
          let losses = losses.baseAddress
        else { return }
        Threads.forEachRows(rows, width: width) { part in
          for row in part { losses[row] = body(row, x + row * width, out + row * width) }
        }
      }
    }
  }
  return (losses, cotangent)
}

private func check(_ logits: Tensor, targets: [Int32]) {
  precondition(
    logits.rank == 2 && targets.count == logits.shape[0],
    "\(targets.count) targets for logits \(logits.shape)")
  for target in targets {
    precondition(
      target >= 0 && Int(target) < logits.width, "target \(target) for logits \(logits.shape)")
  }
}

private func check(_ logits: Tensor, _ reference: Tensor) {
  precondition(
    logits.rank == 2 && logits.shape == reference.shape,
    "logits \(logits.shape) against a reference of \(reference.shape)")
}
