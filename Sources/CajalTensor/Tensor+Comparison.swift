// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels
internal import Foundation

extension Tensor {
  /// Whether shape and every bit agree; NaN equals NaN of the same bits, and 0 differs from -0.
  public func isBitEqual(to other: Tensor) -> Bool {
    guard shape == other.shape else { return false }
    return withFloats { a in
      other.withFloats { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return true }
        return memcmp(a, b, count * MemoryLayout<Float>.stride) == 0
      }
    }
  }

  /// Whether no element is infinite or NaN. One pass at the speed of memory.
  public var isFinite: Bool {
    withFloats { x in x.baseAddress.map { cajal_is_finite($0, x.count) } ?? true }
  }
}
