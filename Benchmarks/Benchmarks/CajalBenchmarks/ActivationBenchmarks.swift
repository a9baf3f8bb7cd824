// SPDX-License-Identifier: Apache-2.0
import Benchmark
import CajalTensor

/// The nonlinearities of an MLP at 512 positions of GPT-2 small.
func activationBenchmarks() {
  for activation in [Activation.geluTanh, .geluExact, .silu, .relu] {
    Benchmark("Tensor \(activation.rawValue) 512x3072") { benchmark in
      let x = Draws.normals(512, 3072)
      var y = x
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { y = x.activated(activation) }
      benchmark.stopMeasurement()
      benchmark.expect(
        y[511, 3071], near: reference(activation, Double(x[511, 3071])), "last number")
    }
  }
  Benchmark("Tensor gatedSilu 512x3072") { benchmark in
    let (x, linear) = (Draws.normals(512, 3072), Draws.normals(512, 3072, stream: 1))
    var y = x
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { y = x.gated(by: .silu, linear: linear) }
    benchmark.stopMeasurement()
    let expected = reference(.silu, Double(x[511, 3071])) * Double(linear[511, 3071])
    benchmark.expect(y[511, 3071], near: expected, "last number")
  }
  Benchmark("Tensor geluTanhAndPullBack 512x3072") { benchmark in
    let x = Draws.normals(512, 3072)
    let cotangent = Tensor(repeating: 1, shape: [1, 512, 3072])
    var gradient: Tensor?
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations {
      let leaf = x.tracked()
      gradient = pullBack([(leaf.activated(.geluTanh), cotangent)], to: [leaf], releasing: true)[0]
    }
    benchmark.stopMeasurement()
    let (at, step) = (Double(x[511, 3071]), 1e-5)
    let slope =
      (reference(.geluTanh, at + step) - reference(.geluTanh, at - step)) / (2 * step)
    benchmark.expect(gradient?[0, 511, 3071] ?? .nan, near: slope, "slope at the last number")
  }
}

/// The activation of one number in Float64.
private func reference(_ activation: Activation, _ x: Double) -> Double {
  switch activation {
  case .geluTanh: x / 2 * (1 + hyperbolicTangent(0.7978845608028654 * (x + 0.044715 * x * x * x)))
  case .geluExact: x / 2 * complementaryError(-x / 2.0.squareRoot())
  case .silu: x / (1 + exponential(-x))
  case .relu: max(x, 0)
  default: .nan
  }
}
