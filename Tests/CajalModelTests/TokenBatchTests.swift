// SPDX-License-Identifier: Apache-2.0
import CajalModel
import Testing

struct TokenBatchTests {
  @Test func `sequences lie end to end`() throws {
    let batch = try TokenBatch([[5, 6, 7], [8], [9, 10]])
    #expect(batch.tokens == [5, 6, 7, 8, 9, 10])
    #expect(batch.offsets == [0, 3, 4, 6])
    #expect(batch.positions == [0, 1, 2, 0, 0, 1])
    #expect((batch.count, batch.sequenceCount, batch.longest) == (6, 3, 3))
    #expect((0..<3).map { batch.rows(of: $0) } == [0..<3, 3..<4, 4..<6])
    #expect(batch.sequence(2) == [9, 10])
    #expect(try TokenBatch([4, 2]) == TokenBatch([[4, 2]]))
  }

  @Test(arguments: [
    ([[Int]](), "there are no tokens to run on"), ([[]], "sequence 0 is empty"),
    ([[1], []], "sequence 1 is empty"), ([[1], [2, -1]], "token -1 in sequence 1"),
    ([[1 << 31]], "token 2147483648 in sequence 0"), ([[Int.max]], "is not a token id"),
    ([[Int.min]], "is not a token id"),
  ])
  func `what is no batch is refused`(_ sequences: [[Int]], _ message: String) {
    let error = #expect(throws: ModelError.self) { try TokenBatch(sequences) }
    #expect(error?.code == .tokens)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func `the largest id a batch can hold is accepted`() throws {
    #expect(try TokenBatch([Int(Int32.max)]).tokens == [.max])
  }

  @Test func `a token outside the vocabulary is refused`() throws {
    let model = try TinyModel()
    #expect(throws: Never.self) { try model.logits(TokenBatch([8])) }
    let error = #expect(throws: ModelError.self) { try model.logits(TokenBatch([[0], [1, 9]])) }
    #expect(error?.code == .tokens)
    #expect(error?.message == "token 9 is outside the vocabulary of 9 tokens")
  }

  @Test func `a sequence longer than learned positions is refused`() throws {
    let model = try TinyModel(contextIsLimit: true)
    #expect(throws: Never.self) { try model.logits(batch(8, 8)) }
    let error = #expect(throws: ModelError.self) { try model.logits(batch(2, 9)) }
    #expect(error?.code == .tokens)
    #expect(error?.message.contains("9 tokens is longer than the 8 positions") == true)
    #expect(throws: Never.self) { try TinyModel().logits(batch(9)) }
  }
}
