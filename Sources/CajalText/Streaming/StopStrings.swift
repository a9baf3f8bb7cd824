// SPDX-License-Identifier: Apache-2.0

/// Ends a text that comes piece by piece before the first of some strings.
///
/// What may be the beginning of such a string is held back until it is known whether it is one. How
/// the text is cut into pieces changes nothing: the string that is complete first ends the text, of
/// several that are complete with the same character the longest.
public struct StopStrings: Sendable {
  private let stops: [[UInt8]]  // longest first
  private var held: [UInt8] = []
  /// The string that ended the text; nil while there was none.
  public private(set) var found: String?

  /// Strings to end before; none of them ends nothing.
  ///
  /// - Throws: ``TextError`` for an empty string, which stands before every text.
  public init(_ stops: [String]) throws(TextError) {
    guard !stops.contains("") else {
      throw TextError(
        .malformed, "an empty string ends every text before it begins; name some text")
    }
    self.stops = stops.map { Array($0.utf8) }.sorted { $0.count > $1.count }
  }

  /// Takes a piece and returns the text that is certain now; nothing more once a string was found.
  public mutating func append(_ piece: String) -> String {
    guard found == nil else { return "" }
    for byte in piece.utf8 {
      held.append(byte)
      if let stop = stops.first(where: { held.suffix($0.count).elementsEqual($0) }) {
        found = String(decoding: stop, as: UTF8.self)
        defer { held = [] }
        return String(decoding: held.dropLast(stop.count), as: UTF8.self)
      }
    }
    let certain = held.count - unfinished
    defer { held.removeFirst(certain) }
    return String(decoding: held[..<certain], as: UTF8.self)
  }

  /// Returns what was still held back: the text ends here.
  public mutating func finish() -> String {
    defer { held = [] }
    return String(decoding: held, as: UTF8.self)
  }

  /// How many bytes at the end may begin a string; they begin a scalar as well, as the strings do.
  private var unfinished: Int {
    var longest = 0
    for stop in stops {
      for length in stride(from: min(stop.count - 1, held.count), to: longest, by: -1)
      where held.suffix(length).elementsEqual(stop.prefix(length)) {
        longest = length
        break
      }
    }
    return longest
  }
}
