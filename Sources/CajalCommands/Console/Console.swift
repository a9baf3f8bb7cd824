// SPDX-License-Identifier: Apache-2.0
import CajalWorkbench
import Foundation

/// Where a command's words go, and what reads them.
struct Console: Sendable {
  /// Takes text for standard output; fails where it cannot be written.
  var write: @Sendable (String) throws -> Void
  /// Takes text for standard error.
  var writeError: @Sendable (String) -> Void
  /// Whether a person sees standard error as it comes.
  var showsProgressInPlace: Bool
  /// Columns of a line.
  var width: Int
  /// Whether a person sees standard output as it comes.
  var isTerminal = false
  /// Whether that person's terminal shows colours and wants them.
  var usesColors = false
  /// Whether a person types standard input.
  var isInputTerminal = false

  /// The console of the command that is running.
  @TaskLocal static var current = Console.standard

  /// Standard output and standard error of the process.
  static let standard = Console(
    write: { text in
      do {
        try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
      } catch {
        throw WorkbenchError(.output, "standard output cannot be written", cause: error)
      }
    },
    writeError: { text in
      // Where standard error itself fails there is nowhere left to say so.
      try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    },
    showsProgressInPlace: isatty(STDERR_FILENO) == 1, width: terminalWidth ?? 80,
    isTerminal: isatty(STDOUT_FILENO) == 1,
    usesColors: isatty(STDOUT_FILENO) == 1 && wantsColors,
    isInputTerminal: isatty(STDIN_FILENO) == 1)

  /// Writes a line, or several.
  func print(_ text: String) throws {
    try write(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// What <https://no-color.org> and terminals without any say.
  private static var wantsColors: Bool {
    let environment = ProcessInfo.processInfo.environment
    return (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }

  /// Columns of the terminal that shows standard output, 40 to 120; nil in a pipe.
  private static var terminalWidth: Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0,
      size.ws_col > 0
    else { return nil }
    return min(120, max(40, Int(size.ws_col)))
  }
}
