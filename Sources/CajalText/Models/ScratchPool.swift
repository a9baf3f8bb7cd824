// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Working memory that outlives a call, so that many short texts find it warm.
///
/// Every caller has its own while it encodes; there are as many as were ever needed at once, up to a
/// limit.
final class ScratchPool<Scratch: AnyObject & Sendable>: Sendable {
  private static var limit: Int { 32 }

  private let free = Mutex<[Scratch]>([])
  private let make: @Sendable () -> Scratch

  init(_ make: @escaping @Sendable () -> Scratch) { self.make = make }

  /// Calls a closure with working memory that is nobody else's for so long.
  func withScratch<Failure: Error>(
    _ body: (Scratch) throws(Failure) -> Void
  ) throws(Failure) {
    let scratch = free.withLock { $0.popLast() } ?? make()
    defer { free.withLock { if $0.count < Self.limit { $0.append(scratch) } } }
    try body(scratch)
  }
}
