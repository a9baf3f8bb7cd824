// SPDX-License-Identifier: Apache-2.0
import CajalWorkbench
import Testing

struct TokenListTests {
  @Test func `numbers stand between spaces or commas and sequences between semicolons`() throws {
    #expect(try TokenList(parsing: "1 2 3").sequences == [[1, 2, 3]])
    #expect(try TokenList(parsing: " 1,2 ,3\n").sequences == [[1, 2, 3]])
    #expect(try TokenList(parsing: "1 2 3; 4 5").sequences == [[1, 2, 3], [4, 5]])
  }

  @Test(arguments: [
    ("1 x", "'x' is not a token"), ("1 -2", "'-2' is not a token"), ("1.5", "'1.5' is not a token"),
    ("", "there are no tokens"), ("1;", "sequence 2 of 2 has no tokens"),
    (";1", "sequence 1 of 2 has no tokens"),
    ("99999999999999999999", "'99999999999999999999' is not a token"),
  ])
  func `what is not a list of tokens is refused with the word`(text: String, reason: String) {
    let error = #expect(throws: WorkbenchError.self) { try TokenList(parsing: text) }
    #expect(error?.code == .input)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }
}
