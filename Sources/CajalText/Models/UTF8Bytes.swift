// SPDX-License-Identifier: Apache-2.0

/// The UTF-8 of one scalar, without an allocation.
struct UTF8Bytes: Sequence, IteratorProtocol {
  private var rest: UInt32
  private var count: Int

  init(_ scalar: Unicode.Scalar) {
    (rest, count) = (0, 0)
    for byte in UTF8.encode(scalar) ?? .init() {
      rest |= UInt32(byte) << (8 * UInt32(count))
      count += 1
    }
  }

  mutating func next() -> UInt8? {
    guard count > 0 else { return nil }
    defer {
      rest >>= 8
      count -= 1
    }
    return UInt8(truncatingIfNeeded: rest)
  }
}

/// A scalar as it stands in valid UTF-8.
struct DecodedScalar {
  let value: UInt32
  let length: Int

  /// The scalar that begins at a byte; the text must be valid UTF-8 and the byte the first of one.
  @inline(__always)
  init(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) {
    let first = UInt32(bytes[position])
    switch first {
    case ..<0x80: (value, length) = (first, 1)
    case ..<0xE0: (value, length) = ((first & 0x1F) << 6 | Self.tail(bytes, position + 1), 2)
    case ..<0xF0:
      value =
        (first & 0x0F) << 12 | Self.tail(bytes, position + 1) << 6 | Self.tail(bytes, position + 2)
      length = 3
    default:
      value =
        (first & 0x07) << 18 | Self.tail(bytes, position + 1) << 12
        | Self.tail(bytes, position + 2) << 6 | Self.tail(bytes, position + 3)
      length = 4
    }
  }

  /// The scalar that begins at a byte of bytes that may be anything; nothing where none does.
  init?(checking bytes: UnsafeBufferPointer<UInt8>, at position: Int) {
    self.init(bytes, at: position)
    guard position + length <= bytes.count, let scalar = Unicode.Scalar(value),
      UTF8Bytes(scalar).elementsEqual(bytes[position..<position + length])
    else { return nil }
  }

  @inline(__always)
  private static func tail(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> UInt32 {
    position < bytes.count ? UInt32(bytes[position] & 0x3F) : 0
  }
}
