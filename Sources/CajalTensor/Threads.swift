// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels
internal import Dispatch
internal import Foundation
internal import Synchronization

/// Fork and join over Dispatch.
///
/// The caller splits work by shape alone; how many workers share the parts never changes a bit.
public struct Threads: Sendable {
  /// How many workers may run at once; the number of active processors unless a scope says otherwise.
  @TaskLocal public static var count: Int = ProcessInfo.processInfo.activeProcessorCount

  /// Runs `body` with at most `count` workers.
  public static func with<R>(count: Int, _ body: () throws -> R) rethrows -> R {
    precondition(count > 0, "\(count) threads asked for; at least one is needed")
    return try $count.withValue(count, operation: body)
  }

  /// Calls `body` once for each of `0..<taskCount` and returns when all are done.
  ///
  /// Workers take the next part from one counter, so parts may be of unequal size. Inside a worker
  /// the parts run one after the other on that worker.
  public static func forEach(_ taskCount: Int, _ body: @Sendable (Int) -> Void) {
    let workers = min(count, taskCount)
    if workers <= 1 || cajal_inside_worker() {
      for task in 0..<max(taskCount, 0) { body(task) }
      return
    }
    let next = Atomic<Int>(0)
    let variant = cajal_forced_variant()
    withoutActuallyEscaping(body) { body in
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        let before = (cajal_mark_worker(true), cajal_forced_variant())
        cajal_force_variant(variant)
        defer {
          _ = cajal_mark_worker(before.0)
          cajal_force_variant(before.1)
        }
        while true {
          let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
          if task >= taskCount { break }
          body(task)
        }
      }
    }
  }

  /// The same for kernels that write disjoint memory, which the compiler cannot see.
  static func forEachUnchecked(_ taskCount: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      forEach(taskCount) { body($0) }
    }
  }

  /// Splits `count` units into parts of `grain` and calls `body` with each part's range.
  static func forEachRange(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    let size = max(grain, 1)
    forEachUnchecked((count + size - 1) / size) { part in
      body(part * size..<min((part + 1) * size, count))
    }
  }

  /// Splits rows of `width` elements into parts of about `elements` elements; whole rows only.
  static func forEachRows(
    _ rows: Int, width: Int, elements: Int = 32768, _ body: (Range<Int>) -> Void
  ) {
    forEachRange(rows, grain: elements / max(width, 1), body)
  }
}
