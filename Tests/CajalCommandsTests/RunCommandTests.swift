// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import Foundation
import Testing

@testable import CajalCommands

struct RunCommandTests {
  @Test func `JSON has exactly the keys that are promised`() throws {
    let folder = try TemporaryFolder.withModel()
    let run = Invocation.of(
      "run", folder.model, "--text", "Pip é", "--json", "--top", "3", "--greedy", "4")
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    let json = try run.json()
    #expect(
      Set(json.keys) == [
        "tokens", "text", "top", "loss", "generated", "generatedText", "stopReason", "stopString",
      ])
    #expect(json["stopReason"] as? String == "limit" && json["stopString"] is NSNull)
    // The mark, then P i p and a space (byte + 2), then the two bytes of é.
    #expect(json["tokens"] as? [Int] == [0, 82, 107, 114, 34, 0xC3 + 2, 0xA9 + 2])
    #expect(json["text"] as? String == "Pip é")
    #expect((json["generated"] as? [Int])?.count == 4)
    #expect((json["loss"] as? Double).map { $0 > 0 } == true)
    let top = try #require(json["top"] as? [[String: Any]])
    #expect(top.count == 3)
    for entry in top { #expect(Set(entry.keys) == ["id", "token", "probability"]) }
    let probabilities = top.compactMap { $0["probability"] as? Double }
    #expect(probabilities == probabilities.sorted(by: >) && probabilities.count == 3)
  }

  @Test func `one token alone has no loss and nothing is generated unasked`() throws {
    let folder = try TemporaryFolder.withModel()
    let json = try Invocation.of("run", folder.model, "--tokens", "5", "--json").json()
    #expect(json["loss"] is NSNull)
    #expect(json["generated"] as? [Int] == [])
    #expect(json["stopReason"] is NSNull && json["generatedText"] as? String == "")
    #expect(json["tokens"] as? [Int] == [5])
  }

  @Test func `going beyond the positions a model was made for is said, unless quiet`() throws {
    let folder = try TemporaryFolder.withModel()
    let many = Array(repeating: "7", count: 257).joined(separator: " ")
    let run = Invocation.of("run", folder.model, "--tokens", many, "--top", "1")
    #expect(run.exitCode == 0)
    #expect(
      run.errors.contains("note: 257 tokens are more than the 256 positions"))
    let quiet = Invocation.of("run", folder.model, "--tokens", many, "--top", "1", "--quiet")
    #expect(quiet.exitCode == 0 && quiet.errors.isEmpty)
  }

  @Test func `special tokens can be left out`() throws {
    let folder = try TemporaryFolder.withModel()
    let json = try Invocation.of(
      "run", folder.model, "--text", "ab", "--no-special-tokens", "--json"
    ).json()
    #expect(json["tokens"] as? [Int] == [99, 100])
  }

  @Test func `a text may begin with a dash and come from a file`() throws {
    let folder = try TemporaryFolder.withModel()
    try Data("-ab".utf8).write(to: folder.url.appendingPathComponent("t.txt"))
    let written = Invocation.of("run", folder.model, "--text", "-ab", "--json")
    let read = Invocation.of("run", folder.model, "--file", folder.path("t.txt"), "--json")
    #expect(written.exitCode == 0 && written.output == read.output)
  }

  @Test func `the number of threads changes nothing`() throws {
    let folder = try TemporaryFolder.withModel()
    let runs = ["1", "2", "5"].map {
      Invocation.of("run", folder.model, "--text", "Once upon", "--json", "--threads", $0).output
    }
    #expect(!runs[0].isEmpty && runs[0] == runs[1] && runs[1] == runs[2])
  }

  @Test func `the plain form shows what was read, what may come and the loss`() throws {
    let folder = try TemporaryFolder.withModel()
    let run = Invocation.of(
      "run", folder.model, "--text", "a b", "--loss", "--greedy", "2", "--top", "2")
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "model · Llama · 4 tokens")
    #expect(lines[2] == "Read" && lines[3] == "  <s> a ␣ b")
    #expect(lines[5] == "Next" && lines[6].contains(" %  "))
    #expect(
      lines[9].hasPrefix("Loss  ") && lines[9].contains("(3 predicted; guessing uniformly 5.5530)"))
    #expect(lines[11] == "Continued, each token the likeliest" && lines[12].hasPrefix("  a b"))
    #expect(lines[lines.count - 3] == "" && lines[lines.count - 2] == "2 tokens")
    #expect(lines.allSatisfy { $0.last != " " })
  }

  @Test(arguments: [
    (["--tokens", "1 x"], "'x' is not a token; write numbers such as \"1 2 3\""),
    (["--tokens", "1 258"], "token 258 is outside the vocabulary of 258 tokens"),
    (
      ["--tokens", "1 2; 3"],
      "run takes one sequence and there are 2; 'cajal record' takes several"
    ),
    (["--file", "/nowhere/at-all.txt"], "/nowhere/at-all.txt: no such file"),
    (
      ["--text", "", "--no-special-tokens"],
      "the text has no tokens; give at least one character, or --tokens"
    ),
  ])
  func `bad input is one line and 1`(arguments: [String], line: String) throws {
    let folder = try TemporaryFolder.withModel()
    let run = Invocation.of(["run", folder.model] + arguments)
    #expect(run.errors == "cajal: \(line)\n")
    #expect(run.output.isEmpty && run.exitCode == 1)
  }

  @Test func `a file that is not UTF-8 is refused`() throws {
    let folder = try TemporaryFolder.withModel()
    try Data([0x61, 0xFF]).write(to: folder.url.appendingPathComponent("latin.txt"))
    let run = Invocation.of("run", folder.model, "--file", folder.path("latin.txt"))
    #expect(
      run.errors
        == "cajal: \(folder.path("latin.txt")) is not UTF-8 text: byte 1 belongs to no character; "
        + "convert it first, for example with iconv\n")
  }

  @Test func `damaged models are one line and 1`() throws {
    let folder = try TemporaryFolder.withModel()
    let empty = try TemporaryFolder()
    let weights = folder.url.appendingPathComponent("model/model.safetensors")
    let whole = try Data(contentsOf: weights)
    try whole.prefix(5000).write(to: weights)
    for (model, word) in [
      (empty.path("absent"), "does not exist"), (empty.url.path, "holds no model"),
      (folder.model, "truncated"),
    ] {
      let run = Invocation.of("run", model, "--tokens", "1")
      #expect(run.errors.hasPrefix("cajal: \(empty.url.deletingLastPathComponent().path)"))
      #expect(run.errors.contains(word), "\(run.errors)")
      #expect(run.errors.filter { $0 == "\n" }.count == 1)
      #expect(run.output.isEmpty && run.exitCode == 1)
    }
  }

  @Test func `control characters of arguments reach no terminal`() throws {
    let folder = try TemporaryFolder.withModel()
    for arguments in [
      ["inspect", "/no\u{1B}[31mwhere\n"],
      ["run", folder.model, "--tokens", "\u{1B}[31m\u{202E}\n"],
      ["run", folder.model, "--file", "a\u{1B}b"], ["\u{1B}[31m"], ["run", "m", "--\u{1B}x"],
    ] {
      let run = Invocation.of(arguments)
      let isHostile = run.errors.dropLast().unicodeScalars.contains {
        $0.properties.generalCategory == .control || $0.properties.generalCategory == .format
      }
      #expect(!isHostile && run.errors.hasSuffix("\n") && run.exitCode != 0, "\(run.errors)")
    }
  }

  @Test func `what a model writes reaches a terminal without control characters`() throws {
    let folder = try TemporaryFolder.withModel()
    // The bytes of an escape sequence and a bell, as a text that is continued.
    let run = Invocation.of("run", folder.model, "--text", "\u{1B}[31m\u{7}a", "--greedy", "1")
    #expect(run.exitCode == 0)
    #expect(!run.output.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
  }

  @Test func `causes are added where they are wanted`() throws {
    let folder = try TemporaryFolder.withModel()
    try Data("{".utf8).write(to: folder.url.appendingPathComponent("model/tokenizer.json"))
    let plain = Invocation.of("run", folder.model, "--text", "a")
    let verbose = Invocation.of("run", folder.model, "--text", "a", "--verbose")
    #expect(plain.errors.filter { $0 == "\n" }.count == 1)
    #expect(verbose.errors.hasPrefix(plain.errors) && verbose.errors.contains("\n  because: "))
  }

  @Test(
    .enabled(if: SharedModel.path("stories260K") != nil),
    arguments: ["stories260K", "stories260K-hf"])
  func `stories260K continues as its author's program does`(name: String) throws {
    let model = try #require(SharedModel.path(name))
    let reference = try #require(SharedModel.path("stories260K")) + "/expected_greedy.json"
    let data = try Data(contentsOf: URL(fileURLWithPath: reference))
    let content = try JSONSerialization.jsonObject(with: data)
    let expected = try #require(content as? [String: Any])
    let ids = try #require(expected["greedy_token_ids"] as? [Int])
    let json = try Invocation.of("run", model, "--text", "", "--greedy", "200", "--json").json()
    #expect(json["tokens"] as? [Int] == [1])
    #expect(json["generated"] as? [Int] == Array(ids.dropFirst()))
  }
}
