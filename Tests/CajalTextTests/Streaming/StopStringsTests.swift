// SPDX-License-Identifier: Apache-2.0
import CajalText
import Testing

struct StopStringsTests {
  private func run(_ stops: [String], _ pieces: [String]) throws -> (
    shown: [String], rest: String, found: String?
  ) {
    var matcher = try StopStrings(stops)
    let shown = pieces.map { matcher.append($0) }
    return (shown, matcher.finish(), matcher.found)
  }

  @Test func `the text ends before the string, and what may begin it is held back`() throws {
    let run = try run(["END"], ["a", "bE", "N", "x", "EN", "D more", "more"])
    #expect(run.shown == ["a", "b", "", "ENx", "", "", ""])
    #expect(run.rest == "" && run.found == "END")
  }

  @Test func `what was held back comes at the end where no string was found`() throws {
    let run = try run(["END"], ["a E", "N"])
    #expect(run.shown == ["a ", ""] && run.rest == "EN" && run.found == nil)
    let none = try self.run([], ["a", "b"])
    #expect(none.shown == ["a", "b"] && none.rest == "" && none.found == nil)
  }

  @Test func `a beginning inside a beginning is found`() throws {
    let run = try run(["aab"], ["a", "a", "a", "b"])
    #expect(run.shown == ["", "", "a", ""] && run.found == "aab")
  }

  @Test(arguments: [
    (["abcd", "bc"], "bc", "xa"), (["cd", "abcd"], "abcd", "x"), (["\n\n", "\n"], "\n", "xabcde"),
    (["é"], "é", "xabcde\nf"),
  ])
  func `how the text is cut changes nothing`(stops: [String], found: String, before: String) throws
  {
    let text = "xabcde\nfé\n\n"
    for size in 1...text.unicodeScalars.count {
      let scalars = Array(text.unicodeScalars)
      let pieces = stride(from: 0, to: scalars.count, by: size).map { start in
        var piece = String.UnicodeScalarView()
        piece.append(contentsOf: scalars[start..<min(start + size, scalars.count)])
        return String(piece)
      }
      let run = try run(stops, pieces)
      #expect(run.found == found && (run.shown + [run.rest]).joined() == before, "\(size)")
    }
  }

  @Test func `characters are compared as they are spelt`() throws {
    // é as one scalar and as two: canonically equal, and not the same text.
    #expect(try run(["e\u{301}"], ["\u{E9}", "e", "\u{301}"]).found == "e\u{301}")
    #expect(try run(["\u{E9}"], ["e", "\u{301}"]).found == nil)
    // Line feed inside one of Swift's characters.
    #expect(try run(["\n"], ["a\r\nb"]).shown == ["a\r"])
  }

  @Test func `an empty string is refused`() {
    #expect(throws: TextError.self) { try StopStrings(["a", ""]) }
  }
}
