// SPDX-License-Identifier: Apache-2.0
import CajalFinding

/// A text that is shown as it comes, indented by two spaces, with nothing in it that could deceive a
/// terminal.
struct StreamedText {
  private let console: Console
  private var sanitizer = Terminal.Stream(keepingLineBreaks: true)
  private var isAtLineStart = true

  /// A text that begins at the start of a line.
  init(_ console: Console) {
    self.console = console
  }

  /// Shows the next piece.
  mutating func write(_ piece: String) throws {
    var shown = ""
    for scalar in sanitizer.sanitized(piece).unicodeScalars {
      if scalar == "\n" {
        isAtLineStart = true
      } else if isAtLineStart {
        // Empty lines stay empty.
        shown += "  "
        isAtLineStart = false
      }
      shown.unicodeScalars.append(scalar)
    }
    if !shown.isEmpty { try console.write(shown) }
  }

  /// Ends the last line.
  mutating func close() throws {
    if !isAtLineStart { try console.write("\n") }
    isAtLineStart = true
  }
}
