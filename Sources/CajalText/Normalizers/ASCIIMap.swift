// SPDX-License-Identifier: Apache-2.0

/// What becomes of each character of ASCII: another one, or something that needs a closer look.
struct ASCIIMap: Sendable {
  /// Where a closer look is needed, as it is for all bytes beyond ASCII.
  private static let stop: UInt8 = 0xFF
  private let bytes: [UInt8]

  /// - Parameter become: The character that takes the place of another; nil for a closer look.
  init(_ become: (UInt8) -> UInt8?) {
    bytes = (UInt8.min...UInt8.max).map { $0 < 0x80 ? become($0) ?? Self.stop : Self.stop }
  }

  @inline(__always)
  subscript(_ byte: UInt8) -> UInt8 { bytes[Int(byte)] }

  /// How many bytes from an index on need no closer look.
  func run(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    bytes.withUnsafeBufferPointer { bytes in
      var end = start
      while end < text.count, bytes[Int(text[end])] != Self.stop { end += 1 }
      return end - start
    }
  }

  /// How many bytes from the beginning stay as they are.
  func unchanged(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    bytes.withUnsafeBufferPointer { bytes in
      var end = 0
      while end < text.count, bytes[Int(text[end])] == text[end] { end += 1 }
      return end
    }
  }

  /// Puts the new characters in the place of the old ones.
  func apply(to text: UnsafeMutableBufferPointer<UInt8>) {
    bytes.withUnsafeBufferPointer { bytes in
      for index in text.indices { text[index] = bytes[Int(text[index])] }
    }
  }
}
