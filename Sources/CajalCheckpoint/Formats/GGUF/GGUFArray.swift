// SPDX-License-Identifier: Apache-2.0

/// An array of a GGUF file's metadata: bytes of the mapped file until they are asked for.
public struct GGUFArray: Sendable {
  /// The type of every element.
  public let elementType: GGUFValueType
  /// How many elements there are.
  public let count: Int

  private let region: ByteRegion
  private let nested: [GGUFValue]

  init(elementType: GGUFValueType, count: Int, region: ByteRegion, nested: [GGUFValue]) {
    self.elementType = elementType
    self.count = count
    self.region = region
    self.nested = nested
  }

  /// The bytes of every text, which need not be UTF-8; nil for elements of another type.
  ///
  /// - Cost: one allocation an element.
  public var strings: [[UInt8]]? {
    guard elementType == .string else { return nil }
    var strings: [[UInt8]] = []
    strings.reserveCapacity(count)
    forEachString { strings.append(Array($0)) }
    return strings
  }

  /// Hands over the bytes of every text in order, valid during the call; nothing for elements of
  /// another type.
  public func forEachString(_ body: (UnsafeRawBufferPointer) -> Void) {
    guard elementType == .string else { return }
    region.withBytes { bytes in
      var position = 0
      // The lengths were checked when the file was opened, and its pages are this process's alone.
      for _ in 0..<count {
        guard bytes.count - position >= 8 else { return }
        let claimed = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        let length = Int(clamping: UInt64(littleEndian: claimed))
        guard length <= bytes.count - position - 8 else { return }
        body(UnsafeRawBufferPointer(rebasing: bytes[position + 8..<position + 8 + length]))
        position += 8 + length
      }
    }
  }

  /// Whole numbers of any width; nil for elements of another type and where `Int` cannot hold one.
  public var integers: [Int]? {
    switch elementType {
    case .uint8: elements(UInt8.self) { Int($0) }
    case .int8: elements(Int8.self) { Int($0) }
    case .uint16: elements(UInt16.self) { Int($0) }
    case .int16: elements(Int16.self) { Int($0) }
    case .uint32: elements(UInt32.self) { Int($0) }
    case .int32: elements(Int32.self) { Int($0) }
    case .int64: elements(Int64.self) { Int($0) }
    case .uint64: elements(UInt64.self) { Int(exactly: $0) }
    case .float32, .float64, .bool, .string, .array: nil
    }
  }

  /// Whole or broken numbers, each as the nearest `Double`; nil for elements of another type.
  public var numbers: [Double]? {
    switch elementType {
    case .float32: elements(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .float64: elements(UInt64.self) { Double(bitPattern: $0) }
    case .uint64: elements(UInt64.self) { Double($0) }
    default: integers?.map(Double.init)
    }
  }

  /// Truth values; nil for elements of another type.
  public var bools: [Bool]? {
    elementType == .bool ? elements(UInt8.self) { $0 != 0 } : nil
  }

  /// Arrays in the array; nil for elements of another type.
  public var arrays: [GGUFArray]? {
    elementType == .array ? nested.compactMap(\.array) : nil
  }

  private func elements<Stored: FixedWidthInteger, Element>(
    _ type: Stored.Type, _ convert: (Stored) -> Element?
  ) -> [Element]? {
    region.withBytes { bytes in
      var elements: [Element] = []
      elements.reserveCapacity(count)
      for index in 0..<count {
        let offset = index * MemoryLayout<Stored>.size
        let stored = bytes.loadUnaligned(fromByteOffset: offset, as: Stored.self)
        guard let element = convert(Stored(littleEndian: stored)) else { return nil }
        elements.append(element)
      }
      return elements
    }
  }
}
