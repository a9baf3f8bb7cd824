// SPDX-License-Identifier: Apache-2.0

import CajalTensor

/// Elements of a storage in the order of a tensor's strides.
struct StridedView {
  let shape: [Int]
  let strides: [Int]
  let offset: Int
  let width: Int

  /// A view of elements of `width` bytes. The stride of a dimension of one element says nothing and
  /// may be any number in files: it counts as 0.
  init(shape: [Int], strides: [Int], offset: Int, width: Int) {
    self.shape = shape
    self.strides = zip(shape, strides).map { extent, stride in extent > 1 ? stride : 0 }
    self.offset = offset
    self.width = width
  }

  /// How many elements the tensor has, or nil where that is no number.
  var count: Int? { Extents.product(shape) }

  /// Whether the elements lie in a row as a row-major tensor's do.
  var isContiguous: Bool {
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
      guard stride == expected else { return false }
      expected *= extent
    }
    return true
  }

  /// One more than the largest element it reads, or nil where that is no number.
  var end: Int? {
    var last = offset
    for (extent, stride) in zip(shape, strides) where extent > 0 {
      let (reach, tooFar) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (next, overflow) = last.addingReportingOverflow(reach)
      guard !tooFar, !overflow, next < Int.max else { return nil }
      last = next
    }
    return last + 1
  }

  /// Copies the elements in row-major order; the view must have a dimension and lie inside
  /// `source`.
  func copy(
    from source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer
  ) {
    guard let inner = shape.indices.last, let from = source.baseAddress,
      let to = target.baseAddress
    else { return }
    var position = [Int](repeating: 0, count: shape.count)
    var start = offset
    var written = 0
    while written < target.count {
      for step in 0..<shape[inner] {
        let element = from + (start + step * strides[inner]) * width
        (to + written).copyMemory(from: element, byteCount: width)
        written += width
      }
      for dimension in shape.indices.dropLast().reversed() {
        position[dimension] += 1
        start += strides[dimension]
        guard position[dimension] == shape[dimension] else { break }
        start -= position[dimension] * strides[dimension]
        position[dimension] = 0
      }
    }
  }
}
