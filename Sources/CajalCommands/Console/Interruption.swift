// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// Notices Ctrl-C while a command works.
///
/// The first asks the work to end at its next step; a second ends the process at once.
final class Interruption: Sendable {
  private let flag = Atomic<Bool>(false)

  /// Whether the work shall end.
  var isRaised: Bool { flag.load(ordering: .relaxed) }

  /// Asks the work to end.
  func raise() { flag.store(true, ordering: .relaxed) }

  /// Runs `body` with Ctrl-C leading here.
  func whileListening<Result>(_ body: () throws -> Result) rethrows -> Result {
    let source = DispatchSource.makeSignalSource(
      signal: SIGINT, queue: DispatchQueue(label: "interruption"))
    source.setEventHandler { [self] in
      if isRaised { _exit(130) }
      raise()
    }
    signal(SIGINT, SIG_IGN)
    source.resume()
    defer {
      source.cancel()
      signal(SIGINT, SIG_DFL)
    }
    return try body()
  }
}
