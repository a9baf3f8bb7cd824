// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Keys and values of the first positions of one sequence in one layer, packed as attention reads
/// them: what a run over later positions needs of the earlier ones.
///
/// A value: copies and prefixes cost nothing and never change when another is appended to. They share
/// memory, which the longest of them may extend in place; any other moves to memory of its own when
/// it is appended to.
public struct KeysValues: Sendable {
  /// Positions held.
  public private(set) var count = 0
  /// G, key-value heads.
  public let groups: Int
  /// K, width of a key.
  public let keyWidth: Int
  /// Kv, width of a value.
  public let valueWidth: Int
  private var store: KeyValueStore

  /// No positions yet of `groups` key-value heads.
  public init(groups: Int, keyWidth: Int, valueWidth: Int) {
    precondition(
      groups > 0 && keyWidth >= 0 && valueWidth >= 0,
      "\(groups) heads of keys of \(keyWidth) and values of \(valueWidth)")
    (self.groups, self.keyWidth, self.valueWidth) = (groups, keyWidth, valueWidth)
    store = KeyValueStore(groups: groups, widths: (keyWidth, valueWidth), capacity: 0)
  }

  /// Adds positions: keys `[n, G, K]`, values `[n, G, Kv]`.
  ///
  /// - Cost: of the new positions, amortised; of all when another copy was appended to before.
  public mutating func append(keys: Tensor, values: Tensor) {
    precondition(
      keys.rank == 3 && Array(keys.shape[1...]) == [groups, keyWidth]
        && values.shape == [keys.shape[0], groups, valueWidth],
      "keys \(keys.shape) and values \(values.shape) for \(groups) heads of widths \(keyWidth) and "
        + "\(valueWidth)")
    let added = keys.shape[0]
    // What only this value sees may be written over.
    if isKnownUniquelyReferenced(&store) { store.forget(after: count) }
    if !store.claim(added, after: count) {
      let spare = count == 0 ? 0 : count / 2
      let larger = KeyValueStore(
        groups: groups, widths: (keyWidth, valueWidth), capacity: count + added + spare)
      larger.copy(store, count)
      _ = larger.claim(added, after: count)
      store = larger
    }
    store.write(keys, values, at: count)
    count += added
  }

  /// The first `count` positions; a view.
  public func prefix(_ count: Int) -> KeysValues {
    precondition(count >= 0 && count <= self.count, "a prefix of \(count) of \(self.count)")
    var copy = self
    copy.count = count
    return copy
  }

  /// The keys, `[count, G, K]`, copied.
  public var keys: Tensor {
    Tensor(shape: [count, groups, keyWidth]) { out in
      guard let out = out.baseAddress else { return }
      for group in 0..<groups {
        for position in 0..<count {
          cajal_unpack_row(
            store.keys(group), keyWidth, Int32(CAJAL_FLOAT32), position,
            out + (position * groups + group) * keyWidth)
        }
      }
    }
  }

  /// The values, `[count, G, Kv]`, copied.
  public var values: Tensor {
    let padded = PositionLayout.padded(valueWidth)
    return Tensor(shape: [count, groups, valueWidth]) { out in
      guard let out = out.baseAddress else { return }
      for group in 0..<groups {
        for position in 0..<count {
          (out + (position * groups + group) * valueWidth).update(
            from: store.values(group) + position * padded, count: valueWidth)
        }
      }
    }
  }

  /// What kernels read of one group; valid while this value lives.
  func positions(_ group: Int) -> cajal_positions {
    var positions = cajal_positions()
    guard count > 0 else { return positions }
    positions.keys = UnsafePointer(store.keys(group))
    positions.values = UnsafePointer(store.values(group))
    positions.count = count
    return positions
  }
}
