// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import CajalTestSupport
import CajalText
import CajalWorkbench
import Foundation
import Testing

struct TextGenerationTests {
  private let folder: TemporaryFolder
  private let subject: Subject
  private let tokens = [0, 85, 110, 101, 34, 118]

  init() throws {
    folder = try TemporaryFolder.withStandIn()
    subject = try Subject.open(folder.url.path)
  }

  @Test func `greedy tokens are each the likeliest after all before them`() throws {
    let made = try TextGeneration(limit: 5).run(subject, after: tokens).tokens
    #expect(made.count == 5)
    for index in made.indices {
      let next = try Evaluation(subject).predictions(after: tokens + made[..<index], count: 1)
      #expect(next.map(\.id) == [made[index]])
    }
  }

  @Test func `a token that ends a text ends the continuation and is kept`() throws {
    var generation = TextGeneration(limit: 8)
    let made = try generation.run(subject, after: tokens)
    #expect(made.reason == .limit && made.stop == nil && made.tokens.count == 8)
    generation.endTokens = [made.tokens[2]]
    let stopped = try generation.run(subject, after: tokens)
    let first = try #require(made.tokens.firstIndex(of: made.tokens[2]))
    #expect(stopped.tokens == Array(made.tokens.prefix(first + 1)))
    #expect(stopped.reason == .endToken)
  }

  /// A stand-in that says the given bytes one after the other, whatever it reads: the logits of
  /// every position are set.
  private func saying(_ text: String, limit: Int) -> TextGeneration {
    var generation = TextGeneration(limit: limit)
    // The stand-in's tokens of bytes are two above the bytes.
    let rows = text.utf8.flatMap { byte in (0..<258).map { Float($0 == Int(byte) + 2 ? 9 : 0) } }
    let said = text.utf8.count
    generation.interventions = (0..<said).map { index in
      Intervention(
        .set(Tensor(Array(rows[index * 258..<(index + 1) * 258]), shape: [258])), at: Site(.logits),
        Selection(positions: Selection.Indices([.one(tokens.count - 1 + index)])))
    }
    return generation
  }

  @Test func `text comes in whole characters and joins to the result`() throws {
    var pieces: [String] = []
    let result = try saying("a é€\n😀", limit: 12).run(subject, after: tokens) { pieces.append($0) }
    #expect(result.text == "a é€\n😀" && pieces.joined() == result.text)
    #expect(pieces.allSatisfy { !$0.isEmpty })
    #expect(
      result.text
        == String(
          subject.tokenizer.decode(tokens + result.tokens)
            .dropFirst(subject.tokenizer.decode(tokens).count)))
  }

  @Test func `a string to end at is not shown, and nothing of it`() throws {
    var pieces: [String] = []
    var generation = saying("abSTabSTOPxyz", limit: 13)
    generation.stops = ["never", "STOP"]
    // What comes behind the string is never made, so its logits are never set.
    generation.interventions.removeLast(3)
    let result = try generation.run(subject, after: tokens) { pieces.append($0) }
    #expect(result.text == "abSTab" && pieces.joined() == "abSTab")
    #expect(result.reason == .stopString && result.stop == "STOP")
    #expect(result.tokens == Array("abSTabSTOP".utf8).map { Int($0) + 2 })
    generation.stops = ["STOPx"]
    generation.limit = 10
    let ended = try generation.run(subject, after: tokens)
    #expect(ended.text == "abSTabSTOP" && ended.reason == .limit && ended.stop == nil)
  }

  @Test func `draws with one seed are the same and with another others`() throws {
    var generation = TextGeneration(limit: 12)
    generation.sampling = Sampling()
    generation.sampling.temperature = 3
    let first = try generation.run(subject, after: tokens)
    #expect(try generation.run(subject, after: tokens) == first)
    generation.sampling.seed = 1
    #expect(try generation.run(subject, after: tokens).tokens != first.tokens)
  }

  @Test func `the prompt is run once for predictions and continuation`() throws {
    var session = try TextGeneration(limit: 2).begin(subject, after: tokens)
    let predictions = try session.predictions(4)
    #expect(predictions == (try Evaluation(subject).predictions(after: tokens, count: 4)))
    #expect(session.promptText == subject.tokenizer.decode(tokens))
    #expect(try session.run().tokens.first == predictions[0].id)
  }

  @Test func `an intervention that never fired is an error in the end`() throws {
    var generation = TextGeneration(limit: 2)
    generation.interventions = [
      Intervention(
        .scale(0), at: Site(.mlpOut, layer: 0), try Selection(parsing: "[position=50]"))
    ]
    #expect(throws: ModelError.self) { try generation.run(subject, after: tokens) }
  }

  @Test func `nothing asked for is nothing made`() throws {
    let result = try TextGeneration(limit: 0).run(subject, after: tokens)
    #expect(result.tokens.isEmpty && result.text.isEmpty && result.reason == .limit)
  }

  @Test func `work that shall end ends with the code for it`() throws {
    let error = #expect(throws: WorkbenchError.self) {
      try TextGeneration(limit: 3).run(
        subject, after: tokens, job: Job(isInterrupted: { true }).silent)
    }
    #expect(error?.code == .interrupted)
  }
}

struct LearnedPositionTests {
  private static var folder: URL? {
    Shared.folder?.appendingPathComponent("reference/models/gpt2")
  }

  @Test(.enabled(if: folder.map { FileManager.default.fileExists(atPath: $0.path) } ?? false))
  func `a continuation beyond learned positions is refused before it begins`() throws {
    let subject = try Subject.open(try #require(Self.folder).path)
    let context = subject.shape.context
    try #require(subject.shape.contextIsLimit)
    let prompt = Array(repeating: 1, count: context - 2)
    #expect(try TextGeneration(limit: 3).run(subject, after: prompt).tokens.count == 3)
    let error = #expect(throws: WorkbenchError.self) {
      try TextGeneration(limit: 4).begin(subject, after: prompt)
    }
    #expect(error?.message.contains("at most 3") == true)
  }
}
