// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalText
import CajalWorkbench

/// What `cajal tokenize` shows to a person: the text cut into its tokens, a table, and counts.
struct TokenView {
  private let text: TokenizedText
  private let source: TokenizerSource
  private let usesColors: Bool

  /// Backgrounds on which black can be read, of the 256 that terminals have.
  private static let backgrounds = [153, 229, 157, 217, 183, 223]
  private static let mostShown = 1000
  private static let mostRows = 60

  init(_ text: TokenizedText, _ source: TokenizerSource, usesColors: Bool) {
    (self.text, self.source, self.usesColors) = (text, source, usesColors)
  }

  func text(width: Int) -> String {
    let lines =
      [Terminal.sanitized("\(source.name) · \(text.tokenizer.kind)"), ""] + flow(width)
      + (ids.isEmpty ? [] : [""] + table) + ["", counts]
    return lines.joined(separator: "\n")
  }

  private var ids: [Int] { text.encoding.ids }

  /// `12 tokens · 47 characters, 3.92 a token · 49 bytes`.
  var counts: String {
    func count(_ number: Int, _ word: String) -> String {
      "\(Quantity.grouped(number)) \(word)\(number == 1 ? "" : "s")"
    }
    let rate =
      ids.isEmpty
      ? "" : ", \(Quantity.fixed(Double(text.characters) / Double(ids.count), 2)) a token"
    return "\(count(ids.count, "token")) · \(count(text.characters, "character"))\(rate) · "
      + count(text.text.utf8.count, "byte")
  }

  // MARK: The text in its tokens

  /// Lines of coloured pieces; a line of the text ends a line here.
  private func flow(_ width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var column = 0
    func endLine() {
      lines.append("  " + line)
      (line, column) = ("", 0)
    }
    for entry in shown(Self.mostShown) {
      guard let index = entry.index else {
        if column > 0 { endLine() }
        lines.append("  … \(Quantity.grouped(entry.left)) more …")
        continue
      }
      let piece = text.tokenizer.display(ids[index])
      let columns = ScreenColumns.count(of: piece)
      if column > 0, column + columns > width - 2 { endLine() }
      line += painted(piece, index)
      column += columns
      if piece.contains("⏎") { endLine() }
    }
    if column > 0 { endLine() }
    return lines
  }

  private func painted(_ piece: String, _ index: Int) -> String {
    guard usesColors else { return piece + "|" }
    if text.tokenizer.isSpecial(ids[index]) { return "\u{1B}[7m\(piece)\u{1B}[0m" }
    let background = Self.backgrounds[index % Self.backgrounds.count]
    return "\u{1B}[38;5;16;48;5;\(background)m\(piece)\u{1B}[0m"
  }

  // MARK: The table

  private var table: [String] {
    var rows = [["token", "piece", "characters"]]
    for entry in shown(Self.mostRows) {
      guard let index = entry.index else {
        rows.append(["…", "\(Quantity.grouped(entry.left)) more", ""])
        continue
      }
      let range = text.encoding.offsets[index]
      rows.append([
        "\(ids[index])", text.tokenizer.display(ids[index]),
        range.isEmpty ? "" : "\(range.lowerBound)–\(range.upperBound)",
      ])
    }
    return TextTable(rows: rows, alignments: [.right, .left, .left]).lines
  }

  /// Positions of tokens; where there are more than `most`, those of the middle are one entry.
  private func shown(_ most: Int) -> [(index: Int?, left: Int)] {
    guard ids.count > most else { return ids.indices.map { ($0, 0) } }
    let half = most / 2
    return (0..<half).map { ($0, 0) } + [(nil, ids.count - 2 * half)]
      + (ids.count - half..<ids.count).map { ($0, 0) }
  }
}
