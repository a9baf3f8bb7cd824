// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalWorkbench
import Dispatch
import Synchronization

/// Shows a job's progress on standard error: one updating line on a terminal, plain lines elsewhere.
///
/// The first two seconds show nothing, so that quick work stays quiet.
final class ProgressDisplay: Sendable {
  private struct State {
    var latest: Progress?
    var lastShown: ContinuousClock.Instant?
    var isLineOpen = false
  }

  private let console: Console
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  private static let quiet = Duration.seconds(2)

  /// A display on a console.
  init(_ console: Console) {
    self.console = console
  }

  /// Runs `body` while the display is kept up to date, also where a single step takes long.
  func whileShowing<Result>(_ body: () throws -> Result) rethrows -> Result {
    let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "progress"))
    timer.schedule(deadline: .now() + .seconds(2), repeating: .milliseconds(500))
    timer.setEventHandler { [self] in refresh() }
    timer.resume()
    defer {
      timer.cancel()
      close()
    }
    return try body()
  }

  /// Takes what a job reports.
  func show(_ progress: Progress) {
    state.withLock { $0.latest = progress }
    refresh()
  }

  private func refresh() {
    let now = ContinuousClock.now
    guard start.duration(to: now) >= Self.quiet else { return }
    let pause: Duration = console.showsProgressInPlace ? .milliseconds(100) : .seconds(10)
    state.withLock { state in
      guard let progress = state.latest else { return }
      if let last = state.lastShown, last.duration(to: now) < pause { return }
      state.lastShown = now
      let line = Self.line(progress)
      if console.showsProgressInPlace {
        console.writeError("\r\u{1B}[2K" + String(line.prefix(console.width - 1)))
        state.isLineOpen = true
      } else {
        console.writeError("cajal: \(line)\n")
      }
    }
  }

  /// Takes the updating line away: until something new is reported nothing is shown.
  func close() {
    state.withLock { state in
      state.latest = nil
      if state.isLineOpen { console.writeError("\r\u{1B}[2K") }
      state.isLineOpen = false
    }
  }

  /// `reading weights 42 % · 1.2 G bytes/s · 3 s left`
  static func line(_ progress: Progress) -> String {
    var parts = [Terminal.sanitized(progress.activity)]
    if let fraction = progress.fraction { parts[0] += " \(Int(fraction * 100)) %" }
    if let rate = progress.rate, !progress.unit.isEmpty {
      parts.append("\(Quantity.short(rate)) \(progress.unit)/s")
    }
    if let left = progress.timeLeft {
      parts.append("\(Quantity.time(left)) left")
    } else {
      parts.append(Quantity.time(progress.elapsed))
    }
    return parts.joined(separator: " · ")
  }
}
