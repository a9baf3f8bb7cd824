// SPDX-License-Identifier: Apache-2.0
import Benchmark

/// Every benchmark, one file a subject. Titles are `Type operation size`.
let benchmarks: @Sendable () -> Void = {
  // Instructions do not depend on who else uses the machine, as time does; not every machine counts
  // them. Preparing counts for the duration, not for the time.
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .instructions], warmupIterations: 1, maxDuration: .seconds(3),
    maxIterations: 200)
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
