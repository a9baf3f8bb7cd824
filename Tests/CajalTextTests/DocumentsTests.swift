// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CajalText

struct DocumentsTests {
  private let tokenizer = try? CharacterTokenizer(tokens: ["a", "b", "é", "\n"])

  /// Documents of very different lengths; some end in the middle of a worker's run.
  private var documents: [String] {
    (0..<3000).map { String(repeating: $0 % 3 == 0 ? "abé" : "\nb", count: $0 * 7919 % 211) }
  }

  @Test(arguments: [1, 2, 5, 64])
  func `any number of threads gives what one document after the other gives`(
    _ threads: Int
  ) throws {
    let tokenizer = try #require(tokenizer)
    let encodings = try tokenizer.encodings(of: documents, threads: threads)
    #expect(try encodings == documents.map { try tokenizer.encoding(of: $0) })
    #expect(try tokenizer.encode(documents, threads: threads) == encodings.map(\.ids))
  }

  @Test func `no documents have no tokens`() throws {
    #expect(try #require(tokenizer).encodings(of: [], threads: 2).isEmpty)
  }

  @Test func `the first document that cannot be encoded names the error`() throws {
    let tokenizer = try #require(tokenizer)
    let texts = documents + ["x"] + documents + ["y"]
    let error = #expect(throws: TextError.self) {
      try tokenizer.encodings(of: texts, threads: 4)
    }
    #expect(error?.message.contains("“x”") == true)
  }
}
