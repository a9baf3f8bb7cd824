// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// The memory of this process that no file backs: what it holds beside the mapped checkpoint.
package enum AnonymousMemory {
  /// Bytes now; nil where the system does not tell.
  package static var bytes: Int? {
    // Absent on other systems than Linux, where this is not measured.
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("RssAnon:") }),
      let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({
        Int($0)
      })
    else { return nil }
    return kilobytes * 1024
  }

  /// Runs `body` and looks every two milliseconds; the most there ever was, before and after included.
  package static func peak<Result>(
    _ body: () throws -> Result
  ) rethrows -> (result: Result, peak: Int?) {
    let watch = Watch()
    let watcher = Thread {
      while watch.look() { usleep(2000) }
    }
    watcher.start()
    defer { watch.end() }
    let result = try body()
    _ = watch.look()
    return (result, watch.highest)
  }

  /// The highest number so far, shared with the thread that looks.
  private final class Watch: Sendable {
    private let state = Mutex<(highest: Int?, isOver: Bool)>((nil, false))

    /// Notes the memory now; false when nobody wants to know any more.
    func look() -> Bool {
      let now = AnonymousMemory.bytes
      return state.withLock { state in
        if let now { state.highest = max(state.highest ?? 0, now) }
        return !state.isOver
      }
    }

    func end() { state.withLock { $0.isOver = true } }

    var highest: Int? { state.withLock { $0.highest } }
  }
}
