// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A part of a ``ByteStore``; every access is checked against its bounds.
struct ByteRegion: Sendable {
  let store: ByteStore
  let offset: Int
  let count: Int

  /// All bytes of a store.
  init(_ store: ByteStore) {
    self.store = store
    offset = 0
    count = store.count
  }

  private init(store: ByteStore, offset: Int, count: Int) {
    self.store = store
    self.offset = offset
    self.count = count
  }

  /// The bytes from `start`, or nil where they do not lie inside.
  func part(from start: Int, count length: Int) -> ByteRegion? {
    guard start >= 0, length >= 0, start <= count, length <= count - start else { return nil }
    return ByteRegion(store: store, offset: offset + start, count: length)
  }

  /// A little-endian unsigned integer, or nil where it does not lie inside.
  func integer<Value: FixedWidthInteger>(_ type: Value.Type, at start: Int) -> Value? {
    let width = MemoryLayout<Value>.size
    guard start >= 0, start <= count, width <= count - start else { return nil }
    let value = (store.base + offset + start).loadUnaligned(as: Value.self)
    return Value(littleEndian: value)
  }

  /// A copy of all bytes.
  var bytes: [UInt8] { withBytes { Array($0) } }

  /// Whether the region begins with these bytes.
  func starts(with prefix: [UInt8]) -> Bool {
    guard let head = part(from: 0, count: prefix.count) else { return false }
    return head.withBytes { $0.elementsEqual(prefix) }
  }

  /// The raw bytes, valid during the call.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: store.base + offset, count: count))
  }

  /// Tells the operating system that these pages need not stay in memory.
  func releasePages() {
    store.releasePages(offset: offset, count: count)
  }
}
