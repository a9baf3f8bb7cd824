// SPDX-License-Identifier: Apache-2.0

/// Memory that one caller at a time uses again and again.
struct WorkBuffer<Element: BitwiseCopyable>: ~Copyable {
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var capacity: Int

  init(capacity: Int) {
    self.capacity = max(1, capacity)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  /// Makes room for so many elements; what was there is kept up to `count`.
  mutating func reserve(_ wanted: Int, keeping count: Int = 0) {
    guard wanted > capacity else { return }
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: wanted)
    larger.update(from: base, count: count)
    base.deallocate()
    (base, capacity) = (larger, wanted)
  }

  /// Gives memory back that only an uncommonly long text needed.
  mutating func trim(to limit: Int) {
    guard capacity > limit else { return }
    base.deallocate()
    (base, capacity) = (.allocate(capacity: limit), limit)
  }
}
