// SPDX-License-Identifier: Apache-2.0
import Benchmark
import CajalTensor
import Foundation

/// Benchmarks that compute something else than they should end the whole run, however fast they are.
extension Benchmark {
  /// Ends the run where a number is not what a reference in Float64 says, relative to the larger of it
  /// and `scale`.
  func expect(_ value: Float, near reference: Double, scale: Double = 1, _ what: String) {
    let difference = abs(Double(value) - reference)
    expect(
      difference <= 1e-4 * max(abs(reference), scale), "\(what): \(value) instead of \(reference)")
  }

  /// Ends the run where something does not hold.
  func expect(_ holds: Bool, _ what: String) {
    if holds { return }
    // An error that the library is told of is printed and forgotten: the run would succeed.
    FileHandle.standardError.write(Data("\(name): \(what)\n".utf8))
    exit(EXIT_FAILURE)
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
