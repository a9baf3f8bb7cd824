// SPDX-License-Identifier: Apache-2.0
import Benchmark
import CajalTensor

/// Benchmarks that compute something else than they should fail, however fast they are.
extension Benchmark {
  /// Fails where a number is not what a reference in Float64 says, relative to the larger of it and
  /// `scale`.
  func expect(_ value: Float, near reference: Double, scale: Double = 1, _ what: String) {
    let difference = abs(Double(value) - reference)
    if !(difference <= 1e-4 * max(abs(reference), scale)) {
      error("\(what): \(value) instead of \(reference)")
    }
  }

  /// Fails where something does not hold.
  func expect(_ holds: Bool, _ what: String) {
    if !holds { error(what) }
  }
}

/// Numbers that look random, the same in every run.
enum Draws {
  /// Standard normal ones.
  static func normals(_ shape: Int..., stream: UInt64 = 0) -> Tensor {
    Philox(seed: 1906, stream: stream).normals(shape: shape)
  }
}

extension Tensor {
  /// A row in Float64, for references.
  func row(_ index: Int) -> [Double] { rows(index..<index + 1).array.map(Double.init) }
}

/// Σ aᵢ bᵢ in Float64.
func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}
