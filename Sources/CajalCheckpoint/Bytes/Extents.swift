// SPDX-License-Identifier: Apache-2.0

import CajalTensor

/// Arithmetic on counts that come from files, where a product may be larger than any number.
enum Extents {
  /// Most dimensions a tensor may have.
  static let mostDimensions = 32

  /// More elements than any file has; a bound for products that leaves room to multiply on.
  private static let mostElements = 1 << 52

  /// The product of the extents, or nil where one is negative or those other than zero are too
  /// large.
  static func product(_ extents: [Int]) -> Int? {
    var product = 1
    for extent in extents where extent != 0 {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow, next <= mostElements else { return nil }
      product = next
    }
    return extents.contains(0) ? 0 : product
  }

  /// The bytes of a tensor, or nil where its shape is impossible.
  static func byteCount(_ shape: [Int], _ type: ScalarType) -> Int? {
    guard shape.count <= mostDimensions, let count = product(shape) else { return nil }
    return count * type.byteCount
  }

  /// The distance in elements between neighbours along every dimension of a row-major tensor.
  static func rowMajorStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for dimension in shape.indices.reversed().dropFirst() {
      strides[dimension] = strides[dimension + 1] * max(shape[dimension + 1], 1)
    }
    return strides
  }
}
