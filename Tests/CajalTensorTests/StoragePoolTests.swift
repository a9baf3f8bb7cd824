// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import Synchronization
import Testing

struct StoragePoolTests {
  @Test func `a class holds what is asked and wastes at most a quarter`() {
    for bytes in [0, 1, 64, 256, 257, 1000, 4096, 4097, 123_456_789] {
      let capacity = StoragePool.capacity(for: bytes)
      #expect(capacity >= bytes && capacity % StoragePool.alignment == 0)
      if bytes >= 256 { #expect(capacity <= bytes + bytes / 4 + 1) }
      #expect(StoragePool.capacity(for: capacity) == capacity)
    }
  }

  @Test func `kept bytes stay within the limit`() {
    for _ in 0..<3 {
      // Not written, so the system never backs most of it.
      let blocks = (0..<5).map { _ in
        Tensor(shape: [StoragePool.limit / 16], initializing: { _ in })
      }
      #expect(blocks.count == 5)
    }
    #expect(StoragePool.keptBytes > 0)
    #expect(StoragePool.keptBytes <= StoragePool.limit)
  }

  @Test func `many threads take and give at once`() {
    let wrong = Atomic<Int>(0)
    Threads.with(count: 5) {
      Threads.forEach(500) { task in
        let x = Tensor(repeating: Float(task), shape: [100 + task % 7])
        let y = x + x
        if y.array.contains(where: { $0 != Float(2 * task) }) {
          wrong.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }
}
