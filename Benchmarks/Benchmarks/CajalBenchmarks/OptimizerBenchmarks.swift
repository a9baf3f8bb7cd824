// SPDX-License-Identifier: Apache-2.0
import Benchmark
import CajalTensor

/// Steps of the optimizers over ten million numbers.
func optimizerBenchmarks() {
  let count = 10_000_000
  Benchmark("AdamW step 10M") { benchmark in
    let optimizer = AdamW(learningRate: 0.01, weightDecay: 0)
    try measure(benchmark, optimizer, count) { steps in
      // Where the gradient never changes, both corrected means are those of one gradient, and every
      // step goes as far as the learning rate.
      1 - 0.01 * Double(steps)
    }
  }
  Benchmark("SGD momentum 10M") { benchmark in
    let optimizer = SGD(learningRate: 0.01, momentum: 0.5)
    try measure(benchmark, optimizer, count) { steps in
      // The momentum after k steps is 0.25 (2 − 2^(1−k)), and the way is their sum.
      var (momentum, value) = (0.0, 1.0)
      for _ in 0..<steps {
        momentum = 0.5 * momentum + 0.25
        value -= 0.01 * momentum
      }
      return value
    }
  }
}

/// Takes steps from one on, along a gradient of one quarter, and compares where that led.
private func measure(
  _ benchmark: Benchmark, _ optimizer: some Optimizer, _ count: Int,
  expected: (_ steps: Int) -> Double
) throws {
  var parameters = ["weight": Tensor(repeating: 1, shape: [count])]
  let gradients = ["weight": Tensor(repeating: 0.25, shape: [count])]
  var state = OptimizerState()
  benchmark.startMeasurement()
  for _ in benchmark.scaledIterations {
    optimizer.step(&parameters, gradients: gradients, state: &state)
  }
  benchmark.stopMeasurement()
  let steps = state.entries["weight"]?.steps ?? 0
  benchmark.expect(
    parameters["weight"]?[count - 1] ?? .nan, near: expected(steps), "after \(steps) steps")
}
