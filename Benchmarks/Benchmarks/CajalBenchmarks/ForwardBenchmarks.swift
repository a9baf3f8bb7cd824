// SPDX-License-Identifier: Apache-2.0
import Benchmark
import Workloads

/// Forward passes of a model of GPT-2 small's shape, plain and recorded.
func forwardBenchmarks() {
  for tokens in [16, 512] {
    for recording in [ForwardWork.Recording.none, .residuals, .all] {
      Benchmark("LanguageModel forward-\(recording.rawValue) \(tokens)") { benchmark in
        var work = try ForwardWork(Models.gpt2.get(), tokens: tokens, recording: recording)
        let outcome = try benchmark.measure(&work)
        let logits = try outcome.checks()["logits"] ?? []
        benchmark.expect(
          logits.count == 1006 && logits.allSatisfy { $0.isFinite && abs($0) < 10 },
          "logits of random weights are small numbers")
        benchmark.expect(
          (outcome.recordedBytes > 0) == (recording != .none), "what is asked for is recorded")
      }
    }
  }
}

extension Benchmark {
  /// Takes the time of work, and gives back what it led to.
  func measure(_ work: inout some Work) throws -> Outcome {
    var outcome: Outcome?
    startMeasurement()
    for _ in scaledIterations { outcome = try work.perform() }
    stopMeasurement()
    return outcome ?? Outcome { [:] }
  }
}
