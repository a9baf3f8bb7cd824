// SPDX-License-Identifier: Apache-2.0
import Benchmark
import Workloads

/// Making a model of GPT-2 small's shape from its files, beside reading them once.
func loadBenchmarks() {
  Benchmark("ArchitectureCatalogue load 498MB") { benchmark in
    try RandomCheckpoint.gpt2().withFolder { folder in
      var work = LoadWork(folder.path)
      let weights = try benchmark.measure(&work).checks()["weights"]?[0]
      benchmark.expect(weights == 124_439_808, "GPT-2 small has \(weights ?? .nan) weights")
    }
  }
  Benchmark("File read 498MB") { benchmark in
    try RandomCheckpoint.gpt2().withFolder { folder in
      var work = try ReadWork(folder.path)
      let bytes = try benchmark.measure(&work).checks()["bytes"]?[0] ?? 0
      benchmark.expect(bytes > 4 * 124_439_808, "only \(bytes) bytes were read")
    }
  }
}
