// SPDX-License-Identifier: Apache-2.0
import Benchmark
import CajalTensor

/// Softmax over vocabularies and over attended positions, and the loss.
func softmaxBenchmarks() {
  for (rows, width) in [(3072, 512), (512, 50257)] {
    Benchmark("Tensor softmax \(rows)x\(width)") { benchmark in
      let x = Draws.normals(rows, width)
      var y = x
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { y = x.softmax() }
      benchmark.stopMeasurement()
      let row = x.row(rows - 1)
      let total = row.reduce(0) { $0 + exponential($1) }
      let share = exponential(row[width - 1]) / total
      benchmark.expect(y[rows - 1, width - 1], near: share, scale: share, "last share")
    }
  }
  Benchmark("Tensor crossEntropy 512x50257") { benchmark in
    let x = Draws.normals(512, 50257)
    let targets = (0..<512).map { Int32($0 * 97) }
    var losses: [Double] = []
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { losses = crossEntropy(x, targets: targets) }
    benchmark.stopMeasurement()
    let row = x.row(511)
    let total = row.reduce(0) { $0 + exponential($1) }
    benchmark.expect(
      Float(exponential(-losses[511]) * total), near: exponential(row[511 * 97]), "last loss")
  }
}
