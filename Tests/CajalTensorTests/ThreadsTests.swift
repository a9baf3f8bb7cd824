// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import Foundation
import Synchronization
import Testing

struct ThreadsTests {
  @Test(arguments: [1, 2, 5, 64])
  func `every task runs once`(count: Int) {
    let runs = Mutex([Int](repeating: 0, count: 1000))
    Threads.with(count: count) {
      Threads.forEach(1000) { task in runs.withLock { $0[task] += 1 } }
    }
    #expect(runs.withLock { $0 }.allSatisfy { $0 == 1 })
    Threads.forEach(0) { _ in Issue.record("there is no task") }
  }

  @Test func `no more workers than the count run at once`() {
    let running = Mutex((now: 0, most: 0))
    Threads.with(count: 2) {
      Threads.forEach(200) { _ in
        running.withLock {
          $0.now += 1
          $0.most = max($0.most, $0.now)
        }
        Thread.sleep(forTimeInterval: 0.0001)
        running.withLock { $0.now -= 1 }
      }
    }
    #expect(running.withLock { $0.most } <= 2)
  }

  @Test func `a fork inside a worker runs on that worker`() {
    let strays = Atomic<Int>(0)
    Threads.with(count: 4) {
      // The second task returns at once, so that its thread would be free to join the inner fork.
      Threads.forEach(2) { task in
        if task == 1 { return }
        let mine = Thread.current.description
        Threads.forEach(20) { _ in
          if Thread.current.description != mine { strays.add(1, ordering: .relaxed) }
          Thread.sleep(forTimeInterval: 0.001)
        }
      }
    }
    #expect(strays.load(ordering: .relaxed) == 0)
  }

  @Test func `the count holds in its scope alone`() {
    let before = Threads.count
    #expect(Threads.with(count: 3) { Threads.count } == 3)
    #expect(Threads.$count.withValue(7) { Threads.count } == 7)
    #expect(Threads.count == before && before >= 1)
  }
}
