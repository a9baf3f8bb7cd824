// SPDX-License-Identifier: Apache-2.0
import Benchmark
import Workloads

/// Every position before every layer patched, one at a time.
func patchingBenchmarks() {
  Benchmark("ActivationPatching residualPre 12x16") { benchmark in
    var work = try PatchWork(Models.gpt2.get(), tokens: 16)
    let values = try benchmark.measure(&work).checks()["values"] ?? []
    benchmark.expect(
      values.count == 192 && Set(values).count > 150 && values.allSatisfy(\.isFinite),
      "192 patches have their own values")
  }
}
