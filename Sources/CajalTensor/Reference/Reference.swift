// SPDX-License-Identifier: Apache-2.0

/// Every operation once more, plain and in Float64: what the kernels are compared with, in tests and
/// when a loaded model proves its numerics.
///
/// Written for reading: no blocking, no threads, no approximation. Inputs are the kernels' own Float32
/// values; results are Float64 in row-major order.
public enum Reference {
  /// The elements of a tensor as Float64.
  static func numbers(_ tensor: Tensor) -> [Double] { tensor.array.map(Double.init) }

  /// The vectors along the last dimension.
  static func rows(_ tensor: Tensor) -> [[Double]] {
    let numbers = numbers(tensor)
    let width = tensor.width
    return (0..<tensor.vectorCount).map { Array(numbers[$0 * width..<($0 + 1) * width]) }
  }
}
