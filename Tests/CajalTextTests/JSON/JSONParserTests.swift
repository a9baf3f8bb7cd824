// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CajalText

struct JSONParserTests {
  private func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

  @Test(arguments: [
    "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1,}", "{a:1}", "01", "-",
    "1.", ".5", "1e", "+1", "1e999", "nul", "truth", "\"", "\"a", "\"\\x\"", "\"\\u12\"",
    "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "1 2", "[]]", "{\"a\":1,\"a\":2}",
    "'a'", "NaN", "/* */ 1", "\u{FEFF}1",
  ])
  func `what is not JSON is refused`(_ text: String) {
    #expect(throws: TextError.self) { try parse(text) }
  }

  @Test func `bytes that are not UTF-8 are refused`() {
    #expect(throws: TextError.self) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
    #expect(throws: TextError.self) { try JSONParser.parse([0x22, 0xC3, 0x22]) }
    #expect(throws: TextError.self) { try JSONParser.parse([0x22, 0xED, 0xA0, 0x80, 0x22]) }
  }

  @Test func `every escape is read`() throws {
    let text = try parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\udc4b👋""#).string("")
    #expect(
      Array(text.unicodeScalars.map(\.value)) == [
        0x22, 0x5C, 0x2F, 8, 12, 10, 13, 9, 0xE9, 0x1F44B, 0x1F44B,
      ])
  }

  @Test func `numbers are read`() throws {
    for (text, value) in [("0", 0.0), ("-0.5e+2", -50), ("12", 12), ("1E-2", 0.01)] {
      #expect(try parse(text).double("") == value)
    }
    #expect(throws: TextError.self) { try parse("-1").count("") }
    #expect(throws: TextError.self) { try parse("1.5").count("") }
    #expect(throws: TextError.self) { try parse("2147483648").count("") }
    #expect(try parse("2147483647").count("") == 2_147_483_647)
  }

  /// The right sides are what the package `tokenizers` 0.23.3 writes after reading the left ones; the
  /// nearest number of the first three is another.
  @Test func `scores are what the reference makes of them`() throws {
    let scores: [(String, Double)] = [
      ("-10.779575640383257", -10.779575640383255),
      ("-1.8858859391595102", -1.8858859391595104),
      ("-11.085957436947545", -11.085957436947544),
      ("-3.9299705028533936", -3.9299705028533936),
      ("1e-320", 1e-320),
      ("123456789012345678901234567890.5", 1.2345678901234568e+29),
      ("0.1", 0.1),
      ("-0.30000000000000004", -0.30000000000000004),
    ]
    for (text, value) in scores { #expect(try parse(text).double("") == value, "\(text)") }
  }

  @Test func `a name that comes twice among many is refused`() throws {
    let names = (0..<100).map { "\"n\($0)\":0" }
    #expect(try parse("{\(names.joined(separator: ","))}").members("").count == 100)
    let error = #expect(throws: TextError.self) {
      try parse("{\((names + names[40...40]).joined(separator: ","))}")
    }
    #expect(error?.message.contains("n40") == true)
  }

  @Test func `names that only look alike are both kept`() throws {
    let members = try parse("{\"\u{E9}\": 1, \"e\u{301}\": 2}").members("")
    #expect(members.count == 2)
  }

  @Test func `nesting beyond the limit is refused without a crash`() throws {
    let limit = JSONParser.depthLimit
    let deep = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
    #expect(throws: Never.self) { try parse(deep) }
    for open in ["[", "{\"a\":"] {
      let error = #expect(throws: TextError.self) {
        try parse(String(repeating: open, count: 200_000))
      }
      #expect(error?.message.contains("nested deeper") == true)
    }
  }
}
