// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import Foundation
import Synchronization
import Testing

@testable import CajalCommands

/// Continuations of `cajal run`.
struct RunContinuationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder.withModel() }

  private func json(_ arguments: String...) throws -> [String: Any] {
    let run = Invocation.of(
      ["run", folder.model, "--text", "Once upon", "--json", "--quiet"] + arguments)
    #expect(run.exitCode == 0, "\(run.errors)")
    return try run.json()
  }

  private func generated(_ arguments: String...) throws -> [Int] {
    let run = Invocation.of(
      ["run", folder.model, "--text", "Once upon", "--json", "--quiet"] + arguments)
    #expect(run.exitCode == 0, "\(run.errors)")
    return try #require(try run.json()["generated"] as? [Int])
  }

  @Test func `a seed gives its draws again and another seed others`() throws {
    let first = try generated("--sample", "20", "--temperature", "2", "--seed", "5")
    #expect(first.count == 20)
    #expect(
      try generated("--sample", "20", "--temperature", "2", "--seed", "5", "--threads", "1")
        == first)
    #expect(try generated("--sample", "20", "--temperature", "2", "--seed", "6") != first)
  }

  @Test func `settings that leave one token make a draw greedy`() throws {
    let greedy = try generated("--greedy", "8")
    for setting in [
      ["--top-k", "1"], ["--top-p", "0"], ["--min-p", "1"], ["--temperature", "0"],
    ] {
      let run = Invocation.of(
        ["run", folder.model, "--text", "Once upon", "--json", "--quiet", "--sample", "8"] + setting
      )
      #expect(try run.json()["generated"] as? [Int] == greedy, "\(setting)")
    }
    #expect(try generated("--greedy", "8", "--repetition-penalty", "5") != greedy)
  }

  @Test func `JSON says where and why the text ended`() throws {
    let whole = try json("--sample", "40", "--seed", "2")
    let text = try #require(whole["generatedText"] as? String)
    #expect(whole["stopReason"] as? String == "limit" && text.count > 4)
    // Two neighbouring characters of the text itself.
    let start = text.index(text.startIndex, offsetBy: 2)
    let stop = String(text[start..<text.index(start, offsetBy: 2)])
    let ended = try json("--sample", "40", "--seed", "2", "--stop", "never there", "--stop", stop)
    #expect(ended["stopReason"] as? String == "stopString")
    #expect(ended["stopString"] as? String == stop)
    let before = try #require(text.range(of: stop)).lowerBound
    #expect(ended["generatedText"] as? String == String(text[..<before]))
    let (all, made) = (whole["generated"] as? [Int] ?? [], ended["generated"] as? [Int] ?? [])
    #expect(made.count < all.count && made == Array(all.prefix(made.count)))
  }

  @Test func `interventions act on what is read and on what is made`() throws {
    let plain = try json("--greedy", "5")
    // Without its own output nothing reaches the logits but the embedding.
    let changed = try json("--greedy", "5", "--intervene", "set finalNormalized 0")
    #expect(changed["loss"] as? Double != plain["loss"] as? Double)
    #expect((changed["loss"] as? Double).map { abs($0 - log(258)) < 1e-6 } == true)
    #expect(changed["generated"] as? [Int] == [0, 0, 0, 0, 0])
    let top = changed["top"] as? [[String: Any]]
    #expect((top?.first?["probability"] as? Double).map { abs($0 - 1 / 258.0) < 1e-9 } == true)
  }

  @Test func `an intervention may be meant for a position that is yet to come`() throws {
    let late = "set finalNormalized[position=12] 0"
    let plain = try json("--greedy", "6")
    let changed = try json("--greedy", "6", "--intervene", late)
    #expect(changed["loss"] as? Double == plain["loss"] as? Double)
    let (before, after) = (plain["generated"] as? [Int] ?? [], changed["generated"] as? [Int] ?? [])
    // The mark and nine characters, so position 12 says what the fourth new token is.
    #expect(before.prefix(3) == after.prefix(3) && after.count == 6 && after[3] == 0)
  }

  @Test(arguments: [
    ("scale mlpOut.0[position=400] 0", "never fired"), ("mean mlpOut.0", "while it grows"),
    ("scale routerLogits.0 0", "no such site"),
  ])
  func `an intervention that cannot act is one line and 1`(spec: String, reason: String) {
    let run = Invocation.of(
      "run", folder.model, "--text", "ab", "--json", "--greedy", "3", "--top", "0", "--intervene",
      spec)
    #expect(run.exitCode == 1)
    #expect(run.errors.filter { $0 == "\n" }.count == 1 && run.output.isEmpty)
    #expect(run.errors.contains(reason), "\(run.errors)")
  }

  @Test func `the text appears piece by piece, indented and without control characters`() throws {
    let pieces = Mutex<[String]>([])
    let console = Console(
      write: { text in pieces.withLock { $0.append(text) } }, writeError: { _ in },
      showsProgressInPlace: false, width: 80)
    let code = Console.$current.withValue(console) {
      CommandLineProgram.run([
        "run", folder.model, "--text", "a\n\nb\u{1B}[31m", "--sample", "60", "--temperature", "5",
      ])
    }
    let written = pieces.withLock { $0 }
    #expect(code == 0 && written.count > 20)
    let output = written.joined()
    #expect(output.contains("\nContinued, drawn with seed 0, temperature 5.0\n  a\n\n  b␛[31m"))
    #expect(output.hasSuffix("\n\n60 tokens\n"))
    #expect(!output.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
  }

  @Test func `a text longer than the model's positions is read in windows`() throws {
    try Data(String(repeating: "abc ", count: 80).utf8).write(
      to: folder.url.appendingPathComponent("long.txt"))
    let run = Invocation.of("run", folder.model, "--file", folder.path("long.txt"), "--loss")
    #expect(run.exitCode == 0)
    #expect(run.errors.contains("note: the text has 321 tokens, more than the 256 positions"))
    #expect(run.output.contains("(320 predicted in 2 windows; guessing uniformly 5.5530)"))
    // Tokens are one sequence whatever their number.
    let tokens = Array(repeating: "7", count: 300).joined(separator: " ")
    let whole = Invocation.of(
      "run", folder.model, "--tokens", tokens, "--loss", "--top", "0", "--quiet")
    #expect(whole.output.contains("(299 predicted; guessing"))
  }
}
