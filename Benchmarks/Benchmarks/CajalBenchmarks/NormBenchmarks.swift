// SPDX-License-Identifier: Apache-2.0
import Benchmark
import CajalTensor

/// Norms of the residual streams of GPT-2 small and of a small Llama, forwards and backwards.
func normBenchmarks() {
  Benchmark("Tensor layerNorm 512x768") { benchmark in
    let x = Draws.normals(512, 768)
    let gain = Tensor(repeating: 2, shape: [768])
    let bias = Tensor(repeating: 1, shape: [768])
    var y = x
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { y = x.layerNorm(gain: gain, bias: bias, epsilon: 1e-5) }
    benchmark.stopMeasurement()
    let row = x.row(511)
    let mean = row.reduce(0, +) / 768
    let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 768
    benchmark.expect(
      y[511, 767], near: 2 * (row[767] - mean) / (variance + 1e-5).squareRoot() + 1, "last number")
  }
  Benchmark("Tensor rmsNorm 2048x288") { benchmark in
    let x = Draws.normals(2048, 288)
    let gain = Tensor(repeating: 2, shape: [288])
    var y = x
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { y = x.rmsNorm(gain: gain, epsilon: 1e-5) }
    benchmark.stopMeasurement()
    let row = x.row(2047)
    let scale = (dot(row, row) / 288 + 1e-5).squareRoot()
    benchmark.expect(y[2047, 287], near: 2 * row[287] / scale, "last number")
  }
  pullBackBenchmark()
}

private func pullBackBenchmark() {
  Benchmark("Tensor layerNormAndPullBack 512x768") { benchmark in
    let x = Draws.normals(512, 768)
    let cotangent = Draws.normals(1, 512, 768, stream: 1)
    let gain = Tensor(repeating: 2, shape: [768])
    var gradient: Tensor?
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations {
      let leaf = x.tracked()
      let y = leaf.layerNorm(gain: gain, bias: nil, epsilon: 1e-5)
      gradient = pullBack([(y, cotangent)], to: [leaf], releasing: true)[0]
    }
    benchmark.stopMeasurement()
    // What is the same for a whole row does not come through, so cotangents of a row sum to zero.
    let sum = gradient.map { $0.reshaped(512, 768).row(511).reduce(0, +) } ?? .nan
    benchmark.expect(Float(sum), near: 0, scale: 1, "sum of a row's cotangents")
  }
}
