// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// One block of host memory, aligned to a cache line and returned to the pool with its last owner.
final class Storage: @unchecked Sendable {
  // Written only while uniquely referenced (Tensor's copy on write) or before it is shared.
  let base: UnsafeMutableRawPointer
  private let capacity: Int

  /// - Parameter byteCount: at least this many bytes, not initialised.
  init(byteCount: Int) {
    capacity = StoragePool.capacity(for: byteCount)
    base = StoragePool.take(capacity)
  }

  deinit { StoragePool.give(base, capacity) }
}

/// Keeps released blocks by size class, so that a run does not fault fresh pages in for every tensor.
///
/// Classes are four a power of two. At most `limit` bytes are kept; blocks beyond it are freed.
package enum StoragePool {
  /// Bytes of a cache line.
  package static let alignment = 64
  /// Most bytes that are kept.
  package static let limit = 512 << 20

  private struct State {
    var blocks: [Int: [UInt]] = [:]  // by capacity; addresses, because pointers are not Sendable
    var bytes = 0
  }
  private static let state = Mutex(State())

  /// The class that holds `byteCount`: the next of 2^n · {4, 5, 6, 7} / 4, at least one line.
  package static func capacity(for byteCount: Int) -> Int {
    let wanted = max(byteCount, 4 * alignment)
    let step = 1 << (Int.bitWidth - 1 - wanted.leadingZeroBitCount - 2)
    return (wanted + step - 1) / step * step
  }

  static func take(_ capacity: Int) -> UnsafeMutableRawPointer {
    let kept = state.withLock { state -> UInt? in
      guard let address = state.blocks[capacity]?.popLast() else { return nil }
      state.bytes -= capacity
      return address
    }
    if let kept, let pointer = UnsafeMutableRawPointer(bitPattern: kept) { return pointer }
    return .allocate(byteCount: capacity, alignment: alignment)
  }

  static func give(_ pointer: UnsafeMutableRawPointer, _ capacity: Int) {
    let address = UInt(bitPattern: pointer)
    let keep = state.withLock { state -> Bool in
      guard state.bytes + capacity <= limit else { return false }
      state.bytes += capacity
      state.blocks[capacity, default: []].append(address)
      return true
    }
    if !keep { pointer.deallocate() }
  }

  /// Bytes kept for reuse now.
  package static var keptBytes: Int { state.withLock { $0.bytes } }
}
