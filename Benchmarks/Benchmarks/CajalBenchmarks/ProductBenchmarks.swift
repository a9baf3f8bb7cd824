// SPDX-License-Identifier: Apache-2.0
import Benchmark
import CajalTensor

/// Products with weights, and of activations, at the sizes of GPT-2 small.
func productBenchmarks() {
  for (rows, inner, outputs) in [
    (1, 768, 768), (16, 768, 3072), (512, 768, 768), (512, 768, 3072), (512, 3072, 768),
    (2048, 768, 3072),
  ] {
    Benchmark("PackedMatrix product \(rows)x\(inner)x\(outputs)") { benchmark in
      let weight = Draws.normals(outputs, inner, stream: 1)
      let matrix = PackedMatrix(weight)
      let x = Draws.normals(rows, inner)
      var y = x
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { y = matrix.product(x) }
      benchmark.stopMeasurement()
      check(benchmark, y, x.row(rows - 1), weight.row(outputs - 1), inner)
    }
  }
  activationProductBenchmarks()
}

private func activationProductBenchmarks() {
  for (rows, inner, outputs) in [(512, 768, 3072), (2048, 768, 3072)] {
    Benchmark("Product multiply \(rows)x\(inner)x\(outputs)") { benchmark in
      let weight = Draws.normals(outputs, inner, stream: 1)
      let b = weight.transposed()
      let x = Draws.normals(rows, inner)
      var y = x
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { y = Product.multiply(x, b) }
      benchmark.stopMeasurement()
      check(benchmark, y, x.row(rows - 1), weight.row(outputs - 1), inner)
    }
    // What the gradient of a weight takes: the sum over rows of cotangent times input.
    Benchmark("Product weightGradient \(rows)x\(inner)x\(outputs)") { benchmark in
      let cotangent = Draws.normals(rows, outputs, stream: 1)
      let x = Draws.normals(rows, inner)
      var gradient = x
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations {
        gradient = Product.multiply(cotangent, x, transposeA: true)
      }
      benchmark.stopMeasurement()
      let (left, right) = (cotangent.transposed(), x.transposed())
      check(benchmark, gradient, left.row(outputs - 1), right.row(inner - 1), rows)
    }
  }
}

/// The last number of a product is the product of the last rows.
private func check(
  _ benchmark: Benchmark, _ y: Tensor, _ a: [Double], _ b: [Double], _ inner: Int
) {
  let last = y[y.shape[0] - 1, y.shape[1] - 1]
  benchmark.expect(last, near: dot(a, b), scale: Double(inner).squareRoot(), "last number")
}
