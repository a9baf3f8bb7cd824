// SPDX-License-Identifier: Apache-2.0
import Benchmark
import Workloads

/// Gradients of the loss with respect to all weights, and whole steps of training.
func gradientBenchmarks() {
  Benchmark("LanguageModel gradients-llama 8x256") { benchmark in
    var work = try GradientWork(Models.llama.get(), sequences: 8, tokens: 256)
    try expectLoss(benchmark, benchmark.measure(&work), vocabulary: 32000)
  }
  Benchmark("LanguageModel gradients-gpt2 1x512") { benchmark in
    var work = try GradientWork(Models.gpt2.get(), sequences: 1, tokens: 512)
    try expectLoss(benchmark, benchmark.measure(&work), vocabulary: 50257)
  }
  Benchmark("LanguageModel step-llama 8x256") { benchmark in
    var work = try StepWork(Models.llama.get(), sequences: 8, tokens: 256)
    let before = try work.perform().checks()["loss"]?[0] ?? .nan
    let after = try benchmark.measure(&work).checks()["loss"]?[0] ?? .nan
    benchmark.expect(after < before, "the loss falls, from \(before) to \(after)")
  }
}

/// Random weights know nothing: the loss is the logarithm of the vocabulary, or little more; and every
/// weight has a gradient.
private func expectLoss(
  _ benchmark: Benchmark, _ outcome: Outcome, vocabulary: Double
) throws {
  let checks = try outcome.checks()
  let loss = checks["loss"]?[0] ?? .nan
  benchmark.expect(
    abs(exponential(loss) / vocabulary - 1.1) < 0.25, "the loss of random weights is \(loss)")
  let gradients = checks.filter { $0.key.hasPrefix("gradient.") }
  benchmark.expect(
    gradients.count > 50 && gradients.values.allSatisfy { $0[0] > 0 && $0[0].isFinite },
    "every weight has a gradient")
}
