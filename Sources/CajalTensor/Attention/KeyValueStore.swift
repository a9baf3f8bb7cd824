// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// The memory that copies of `KeysValues` share.
///
/// Positions below `filled` never change; whoever ends exactly there may claim what follows. In the
/// panel where one copy ends another may be writing later positions; kernels multiply with the whole
/// panel, but what comes of later positions is never read.
final class KeyValueStore: @unchecked Sendable {
  private let groups: Int
  private let widths: (key: Int, value: Int)
  private let capacity: Int
  private let storage: Storage
  private let base: UnsafeMutablePointer<Float>
  private let filled = Atomic<Int>(0)

  /// Room for at least `capacity` positions.
  init(groups: Int, widths: (key: Int, value: Int), capacity: Int) {
    (self.groups, self.widths) = (groups, widths)
    self.capacity = (capacity + 31) / 32 * 32
    let floats = Tensor.count(of: [
      groups, self.capacity, widths.key + PositionLayout.padded(widths.value),
    ])
    storage = Storage(byteCount: floats * MemoryLayout<Float>.stride)
    base = storage.base.bindMemory(to: Float.self, capacity: floats)
  }

  /// Panels of the keys of one group.
  func keys(_ group: Int) -> UnsafeMutablePointer<Float> {
    base + group * PositionLayout.panels.size(capacity, width: widths.key)
  }

  /// Rows of the values of one group.
  func values(_ group: Int) -> UnsafeMutablePointer<Float> {
    base + groups * PositionLayout.panels.size(capacity, width: widths.key)
      + group * PositionLayout.rows.size(capacity, width: widths.value)
  }

  /// For the only owner: drops what follows position `count`.
  func forget(after count: Int) { filled.store(count, ordering: .relaxed) }

  /// Whether the positions after `count` are free, and now the caller's to write.
  func claim(_ added: Int, after count: Int) -> Bool {
    guard count + added <= capacity else { return false }
    return filled.compareExchange(
      expected: count, desired: count + added, ordering: .relaxed
    ).exchanged
  }

  /// Writes claimed positions: keys `[n, G, K]`, values `[n, G, Kv]`.
  func write(_ newKeys: Tensor, _ newValues: Tensor, at: Int) {
    let added = newKeys.shape[0]
    let (keyStride, valueStride) = (groups * widths.key, groups * widths.value)
    newKeys.withFloats { newKeys in
      newValues.withFloats { newValues in
        guard let newKeys = newKeys.baseAddress, let newValues = newValues.baseAddress else {
          return
        }
        // A few positions are not worth a fork.
        let grain = added * (keyStride + valueStride) < 1 << 14 ? groups : 1
        Threads.forEachRange(groups, grain: grain) { part in
          for group in part {
            PositionLayout.panels.write(
              newKeys + group * widths.key, stride: keyStride, count: added, width: widths.key,
              to: keys(group), at: at)
            PositionLayout.rows.write(
              newValues + group * widths.value, stride: valueStride, count: added,
              width: widths.value, to: values(group), at: at)
          }
        }
      }
    }
  }

  /// Takes over the first `count` positions of another store of the same extents.
  func copy(_ other: KeyValueStore, _ count: Int) {
    let keySize = PositionLayout.panels.size(count, width: widths.key)
    let valueSize = PositionLayout.rows.size(count, width: widths.value)
    for group in 0..<groups {
      keys(group).update(from: other.keys(group), count: keySize)
      values(group).update(from: other.values(group), count: valueSize)
    }
    filled.store(count, ordering: .relaxed)
  }
}
