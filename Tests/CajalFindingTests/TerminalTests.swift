// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import Testing

struct TerminalTests {
  @Test func `escape sequences lose their escape`() {
    #expect(Terminal.sanitized("a\u{1B}[31mb\u{7}\u{7F}\u{9B}2J") == "a␛[31mb␇␡‹U+009B›2J")
  }

  @Test(arguments: [
    "\u{202A}", "\u{202E}", "\u{2066}", "\u{2069}", "\u{200E}", "\u{200F}", "\u{061C}", "\u{200B}",
    "\u{FEFF}", "\u{2028}", "\u{2029}", "\u{00AD}", "\u{E0041}", "\u{FFFE}", "\u{3164}", "\u{FFF9}",
  ])
  func `marks that turn or hide text become their numbers`(mark: String) {
    let shown = Terminal.sanitized("a\(mark)b")
    #expect(shown.hasPrefix("a‹U+"))
    #expect(!shown.unicodeScalars.contains(mark.unicodeScalars.first!))
  }

  @Test func `no control character of the first 256 survives`() {
    for value in UInt32(0)..<256 {
      let scalar = Unicode.Scalar(value)!
      let shown = Terminal.sanitized(String(scalar)).unicodeScalars
      #expect(shown.allSatisfy { $0.properties.generalCategory != .control }, "\(value)")
    }
  }

  @Test func `a text in pieces is shown as the whole would be`() {
    let text = "a" + String(repeating: "\u{301}", count: 20) + "\n\u{1B}[2Jb\u{202E}c"
    let whole = Terminal.sanitized(text, keepingLineBreaks: true)
    var stream = Terminal.Stream(keepingLineBreaks: true)
    let pieces = text.unicodeScalars.map { stream.sanitized(String($0)) }
    #expect(Array(pieces.joined().unicodeScalars) == Array(whole.unicodeScalars))
    #expect(whole.unicodeScalars.count { $0 == "\u{301}" } == 6)
  }

  @Test func `line breaks stay only where they are asked for`() {
    #expect(Terminal.sanitized("a\nb") == "a␊b")
    #expect(Terminal.sanitized("a\r\nb", keepingLineBreaks: true) == "a␍\nb")
  }

  @Test func `letters of all scripts and emoji stay as they are`() {
    for text in ["naïve — “ok”", "日本語", "שלום", "नमस्ते", "👩‍👩‍👧‍👦", "é\u{301}", "☃️"] {
      #expect(Terminal.sanitized(text) == text)
    }
  }

  @Test func `piles of combining marks are cut to six`() {
    let pile = "a" + String(repeating: "\u{301}", count: 500)
    #expect(Terminal.sanitized(pile).unicodeScalars.count == 7)
  }

  @Test func `tokens show their spaces and breaks`() {
    #expect(Terminal.visibleToken(" a\n\t") == "·a↵→")
    #expect(Terminal.visibleToken("") == "∅")
    #expect(Terminal.visibleToken("\u{0}") == "␀")
  }

  @Test func `sanitizing twice changes nothing more`() {
    let once = Terminal.sanitized(Examples.hostile)
    #expect(Terminal.sanitized(once) == once)
  }
}
