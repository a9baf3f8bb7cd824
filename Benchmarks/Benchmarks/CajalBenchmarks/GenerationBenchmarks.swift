// SPDX-License-Identifier: Apache-2.0
import Benchmark
import Workloads

/// Greedy generation with cached keys and values.
func generationBenchmarks() {
  for (name, model, vocabulary) in [
    ("gpt2", Models.gpt2, 50257.0), ("llama", Models.llama, 32000.0),
  ] {
    Benchmark("Generation greedy-\(name) 16+32") { benchmark in
      var work = try GenerationWork(model.get(), prompt: 16, made: 32)
      let tokens = try benchmark.measure(&work).checks()["tokens"] ?? []
      benchmark.expect(
        tokens.count == 32 && tokens.allSatisfy { $0 >= 0 && $0 < vocabulary }, "32 tokens")
    }
  }
}
