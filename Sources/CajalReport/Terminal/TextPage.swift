// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Lines of text of a limited width, as they are written one below the other.
struct TextPage {
  let width: Int
  let usesColor: Bool
  private var lines: [String] = []

  init(width: Int, usesColor: Bool) {
    self.width = width
    self.usesColor = usesColor
  }

  /// All lines, each ended.
  var text: String { lines.joined(separator: "\n") + "\n" }

  /// A finished line, taken as it is: the caller has sanitized what is in it.
  mutating func line(_ line: String) { lines.append(line) }

  /// An empty line, unless the last one is.
  mutating func blank() {
    if lines.last != "" { lines.append("") }
  }

  /// A line in bold, where there are colours.
  mutating func strong(_ text: String) {
    for part in wrapped(text) { lines.append(usesColor ? "\u{1B}[1m\(part)\u{1B}[0m" : part) }
  }

  /// A heading with a line below as long as it.
  mutating func heading(_ text: String, underline: String) {
    let parts = wrapped(text)
    strong(text)
    let length = parts.map(TextMetrics.columns).max() ?? 0
    lines.append(String(repeating: underline, count: length))
  }

  /// Words wrapped to the width.
  mutating func paragraph(_ text: String, indent: Int = 0) {
    lines += wrapped(text, indent: indent)
  }

  /// Names and values in two columns.
  mutating func pairs(_ pairs: [(String, String)]) {
    let widest = min(
      width / 3, pairs.map { TextMetrics.columns(Terminal.sanitized($0.0)) }.max() ?? 0)
    for (name, value) in pairs {
      let parts = wrapped(value, indent: widest + 2)
      let label = Self.padded(name, to: widest)
      lines.append(label + "  " + (parts.first?.dropFirst(widest + 2) ?? ""))
      lines += parts.dropFirst()
    }
  }

  /// The text, sanitized, cut or filled with spaces to exactly so many columns.
  static func padded(_ text: String, to columns: Int, right: Bool = false) -> String {
    let cut = cut(text, to: columns)
    let fill = String(repeating: " ", count: max(0, columns - TextMetrics.columns(cut)))
    return right ? fill + cut : cut + fill
  }

  /// The text, sanitized, with an ellipsis where it has more than so many columns.
  static func cut(_ text: String, to columns: Int) -> String {
    let clean = Terminal.sanitized(text)
    if TextMetrics.columns(clean) <= columns { return clean }
    var result = ""
    var used = 1
    for character in clean {
      used += TextMetrics.columns(character)
      if used > columns { break }
      result.append(character)
    }
    return result + "…"
  }

  /// The text, sanitized, in lines no longer than the width; words longer than a line are broken.
  func wrapped(_ text: String, indent: Int = 0) -> [String] {
    let room = max(8, width - indent)
    let margin = String(repeating: " ", count: indent)
    var result: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      var used = 0
      for word in Terminal.sanitized(String(paragraph)).split(separator: " ") {
        for piece in Self.pieces(of: word, room: room) {
          let size = TextMetrics.columns(piece)
          if used > 0, used + 1 + size > room {
            result.append(margin + line)
            (line, used) = ("", 0)
          }
          line += (used > 0 ? " " : "") + piece
          used += (used > 0 ? 1 : 0) + size
        }
      }
      result.append(used > 0 ? margin + line : "")
    }
    return result
  }

  private static func pieces(of word: Substring, room: Int) -> [String] {
    if TextMetrics.columns(String(word)) <= room { return [String(word)] }
    var pieces = [""]
    var used = 0
    for character in word {
      let size = TextMetrics.columns(character)
      if used + size > room {
        pieces.append("")
        used = 0
      }
      pieces[pieces.count - 1].append(character)
      used += size
    }
    return pieces
  }
}
