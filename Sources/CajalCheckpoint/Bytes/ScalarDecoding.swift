// SPDX-License-Identifier: Apache-2.0

import CajalTensor

/// Stored little-endian numbers as numbers of this machine.
enum ScalarDecoding {
  /// The index of the first F64 number that is finite and that no finite Float32 can hold.
  static func firstOverflow(_ bytes: UnsafeRawBufferPointer) -> Int? {
    for index in 0..<(bytes.count / 8) {
      let pattern = bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
      let wide = Double(bitPattern: UInt64(littleEndian: pattern))
      if wide.isFinite, !Float(wide).isFinite { return index }
    }
    return nil
  }

  /// Whole numbers, or nil where the type has none or one does not fit.
  static func integers(_ bytes: UnsafeRawBufferPointer, _ type: ScalarType) -> [Int]? {
    switch type {
    case .int64: return converted(bytes, Int64.self) { Int($0) }
    case .int32: return converted(bytes, Int32.self) { Int($0) }
    case .int16: return converted(bytes, Int16.self) { Int($0) }
    case .int8: return converted(bytes, Int8.self) { Int($0) }
    case .uint32: return converted(bytes, UInt32.self) { Int($0) }
    case .uint16: return converted(bytes, UInt16.self) { Int($0) }
    case .uint8: return converted(bytes, UInt8.self) { Int($0) }
    case .bool: return converted(bytes, UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint64:
      let values = converted(bytes, UInt64.self) { Int(exactly: $0) ?? -1 }
      return values.contains { $0 < 0 } ? nil : values
    case .float64, .float32, .float16, .bfloat16: return nil
    }
  }

  private static func converted<Stored: FixedWidthInteger, Result>(
    _ bytes: UnsafeRawBufferPointer, _ type: Stored.Type, _ convert: (Stored) -> Result
  ) -> [Result] {
    let width = MemoryLayout<Stored>.size
    let count = bytes.count / width
    return Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      for index in 0..<count {
        let stored = bytes.loadUnaligned(fromByteOffset: index * width, as: Stored.self)
        buffer.initializeElement(at: index, to: convert(Stored(littleEndian: stored)))
      }
      initialized = count
    }
  }
}
