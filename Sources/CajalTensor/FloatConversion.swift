// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Stored elements to Float32: exact where Float32 holds the value, else rounded to nearest even.
public enum FloatConversion {
  /// Reads little-endian elements at any alignment.
  ///
  /// - Parameters:
  ///   - bytes: exactly `shape`'s elements of `type`; a Bool is any byte, nonzero reads as itself.
  ///   - type: the stored type.
  ///   - shape: the tensor's shape.
  public static func tensor(
    _ bytes: UnsafeRawBufferPointer, type: ScalarType, shape: [Int]
  ) -> Tensor {
    let count = Tensor.count(of: shape)
    precondition(
      bytes.count == count * type.byteCount,
      "\(bytes.count) bytes do not fill \(shape) of \(type.rawValue)")
    return Tensor(shape: shape) { out in
      guard count > 0, let source = bytes.baseAddress, let target = out.baseAddress else { return }
      let from = source
      let to = target
      Threads.forEachRange(count, grain: 1 << 18) { part in
        cajal_convert(
          from + part.lowerBound * type.byteCount, type.kernelConversion, to + part.lowerBound,
          part.count)
      }
    }
  }

  /// The index of the first of these little-endian elements that is infinite or not a number.
  public static func firstNonFinite(_ bytes: UnsafeRawBufferPointer, type: ScalarType) -> Int? {
    let count = bytes.count / type.byteCount
    guard count > 0, let source = bytes.baseAddress else { return nil }
    let grain = 1 << 18
    var found = [Int](repeating: -1, count: (count + grain - 1) / grain)
    found.withUnsafeMutableBufferPointer { found in
      guard let found = found.baseAddress else { return }
      Threads.forEachRange(count, grain: grain) { part in
        let index = cajal_first_not_finite(
          source + part.lowerBound * type.byteCount, type.kernelConversion, part.count)
        if index >= 0 { found[part.lowerBound / grain] = part.lowerBound + index }
      }
    }
    return found.first { $0 >= 0 }
  }
}

extension ScalarType {
  /// The kernel's name of the conversion from this type.
  var kernelConversion: Int32 {
    let kind =
      switch self {
      case .float64: CAJAL_FROM_FLOAT64
      case .float32: CAJAL_FROM_FLOAT32
      case .float16: CAJAL_FROM_FLOAT16
      case .bfloat16: CAJAL_FROM_BFLOAT16
      case .int64: CAJAL_FROM_INT64
      case .int32: CAJAL_FROM_INT32
      case .int16: CAJAL_FROM_INT16
      case .int8: CAJAL_FROM_INT8
      case .uint64: CAJAL_FROM_UINT64
      case .uint32: CAJAL_FROM_UINT32
      case .uint16: CAJAL_FROM_UINT16
      case .uint8, .bool: CAJAL_FROM_UINT8
      }
    return Int32(kind)
  }
}
