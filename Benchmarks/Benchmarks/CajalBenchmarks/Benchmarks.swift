// SPDX-License-Identifier: Apache-2.0
import Benchmark

/// Every benchmark, one file a subject. Titles are `Type operation size`.
let benchmarks: @Sendable () -> Void = {
  // Allocations and instructions do not depend on who else uses the machine; time does.
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .cpuTotal, .instructions, .peakMemoryResident], warmupIterations: 1,
    maxDuration: .seconds(2), maxIterations: 200)
  productBenchmarks()
  attentionBenchmarks()
  normBenchmarks()
  activationBenchmarks()
  softmaxBenchmarks()
  optimizerBenchmarks()
  forwardBenchmarks()
  gradientBenchmarks()
  generationBenchmarks()
  loadBenchmarks()
  patchingBenchmarks()
}
