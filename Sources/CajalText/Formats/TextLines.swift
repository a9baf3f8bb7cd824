// SPDX-License-Identifier: Apache-2.0

/// The lines of a vocabulary file.
enum TextLines {
  /// Lines without their ends, which are those of Unix or of Windows; nothing behind the last end is no
  /// line.
  static func split(_ file: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines = file.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { $0.last == 0x0D ? $0.dropLast() : $0 }
  }

  /// A line as text.
  static func text(_ line: ArraySlice<UInt8>, _ number: Int) throws(TextError) -> String {
    guard let text = String(validating: line, as: UTF8.self) else {
      throw TextError(.malformed, "line \(number) is not UTF-8")
    }
    return text
  }
}
