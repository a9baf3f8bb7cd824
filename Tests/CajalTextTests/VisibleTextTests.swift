// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CajalText

struct VisibleTextTests {
  @Test(arguments: [
    ("▁Once", "␣Once"), (" Once", "␣Once"), ("\n", "⏎"), ("\t", "⇥"), ("", "∅"), ("<0x0A>", "⏎"),
    ("<0x41>", "<0x41>"), ("\u{1B}[31m", "⟨U+001B⟩[31m"), ("\u{202E}a", "⟨U+202E⟩a"),
    ("\u{200B}", "⟨U+200B⟩"), ("\u{A0}", "⟨U+00A0⟩"), ("\u{85}", "⟨U+0085⟩"),
    ("\u{301}", "◌\u{301}"),
    ("\u{10FFFF}", "⟨U+10FFFF⟩"), ("héllo", "héllo"), ("👋", "👋"),
  ])
  func `everything invisible can be seen`(_ piece: String, _ visible: String) {
    #expect(VisibleText.of(piece, isSpecial: false) == visible)
  }

  @Test func `marks lose the line ends around them`() {
    #expect(VisibleText.of("\n<s>\n", isSpecial: true) == "<s>")
    #expect(VisibleText.of("\n<s>\n", isSpecial: false) == "⏎<s>⏎")
  }

  @Test func `no scalar at all reaches a terminal as a control character`() {
    for value in UInt32(0)...0x2_FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let visible = VisibleText.of(String(Character(scalar)), isSpecial: false)
      let isClean = visible.unicodeScalars.allSatisfy {
        switch $0.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
      }
      if !isClean || visible.isEmpty { Issue.record("U+\(String(value, radix: 16))") }
    }
  }

  @Test func `an excerpt is short`() {
    #expect(VisibleText.excerpt(String(repeating: "a", count: 33)).count == 33)
    #expect(VisibleText.excerpt("a b\n") == "a b⏎")
  }

  @Test func `byte pieces are told from others`() {
    for byte in UInt8.min...UInt8.max {
      #expect(BytePiece.byte(of: BytePiece.piece(of: byte)) == byte)
    }
    for piece in ["<0x0>", "<0xGG>", "<0x+1>", "0x41", "<0x041>", "<0x4\u{301}>", "<0x４>"] {
      #expect(BytePiece.byte(of: piece) == nil)
    }
  }
}
