// SPDX-License-Identifier: Apache-2.0
import CajalTensor

/// One step of AdamW on one long parameter.
package struct AdamWWork: Work {
  private let optimizer = AdamW(learningRate: 1e-4, weightDecay: 0.01)
  private var state = OptimizerState()
  private var parameters: [String: Tensor]
  private let gradients: [String: Tensor]
  private let count: Int

  /// So many numbers, and gradients that look random.
  package init(count: Int) {
    self.count = count
    func numbers(_ factor: Int, _ offset: Int, _ unit: Float) -> Tensor {
      Tensor(shape: [count]) { out in
        for i in 0..<count { out[i] = Float((i * factor + offset) % 2001 - 1000) / unit }
      }
    }
    parameters = ["weight": numbers(7919, 13, 1000)]
    gradients = ["weight": numbers(104_729, 7, 100_000)]
  }

  package var sizes: [String: Int] { ["count": count] }

  package mutating func perform() throws -> Outcome {
    optimizer.step(&parameters, gradients: gradients, state: &state)
    return Outcome { [weight = parameters["weight"], count] in
      ["weights": stride(from: 0, to: count, by: 1_000_000).map { Double(weight?[$0] ?? .nan) }]
    }
  }
}
