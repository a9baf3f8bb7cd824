// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import Foundation
import Testing

@testable import CajalCommands
@testable import CajalWorkbench

struct PatchCommandTests {
  /// A call on the stand-in, whose tokens are letters, with a pair of three of them.
  private func patch(_ folder: TemporaryFolder, _ more: String...) -> Invocation {
    Invocation.of(
      ["patch", folder.model, "--clean", "ABC", "--corrupt", "AXC", "--metric", "difference:N,X"]
        + more)
  }

  @Test func `positions stand below each other and layers beside`() throws {
    let folder = try TemporaryFolder.withModel()
    let run = patch(folder)
    #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run.errors)")
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[0] == "model · Llama · 4 tokens · residualPre by position · denoising")
    #expect(lines[2] == "Metric: logit of “N” (80) minus that of “X” (90) at the last position")
    #expect(lines[3].hasPrefix("  clean ") && lines[3].hasSuffix("  <s> A B C"))
    #expect(lines[4].hasPrefix("  corrupted ") && lines[4].hasSuffix("  <s> A X C"))
    #expect(
      lines[6] == "Effect of each patch: 0 leaves the corrupted metric, 1 leads to the clean one")
    let grid = lines[7...11].map { $0.split(separator: " ").map(String.init) }
    #expect(grid[0] == ["layer", "0", "1"])
    #expect(grid[1] == ["0", "<s>", "·", "·"] && grid[2] == ["1", "A", "·", "·"])
    #expect(grid[3][...2] == ["2", "B|X", "1.00"] && grid[4][...2] == ["3", "C", "·"])
    #expect(grid[4][3] != "·", "what the layer before read from position 2 stands at the last")
    #expect(lines[13] == "Strongest")
    #expect(lines[14].hasPrefix("  1.000  residualPre.0[position=2]  B|X  metric "))
    #expect(lines.count == 18 && lines[17].isEmpty, "three patches have an effect")
  }

  @Test func `JSON has every number unrounded`() throws {
    let folder = try TemporaryFolder.withModel()
    let run = patch(folder, "--json", "--noising", "--site", "headOutput", "--by", "head")
    let json = try run.json()
    #expect(
      Set(json.keys) == [
        "method", "metric", "site", "by", "direction", "clean", "corrupted", "cleanTokens",
        "corruptedTokens", "layers", "effects", "values",
      ])
    #expect(json["method"] as? String == "activation-patching")
    #expect(json["metric"] as? String == "difference:80,90")
    #expect(json["site"] as? String == "headOutput" && json["by"] as? String == "head")
    #expect(json["direction"] as? String == "noising")
    #expect(json["cleanTokens"] as? [Int] == [0, 67, 68, 69])
    #expect(json["corruptedTokens"] as? [Int] == [0, 67, 90, 69])
    #expect(json["layers"] as? [Int] == [0, 1])
    let (clean, corrupted) = (
      try #require(json["clean"] as? Double), try #require(json["corrupted"] as? Double)
    )
    let effects = try #require(json["effects"] as? [[Double]])
    let values = try #require(json["values"] as? [[Double]])
    #expect(effects.map(\.count) == [4, 4])
    for (effect, value) in zip(effects.joined(), values.joined()) {
      #expect(abs(effect - (value - clean) / (corrupted - clean)) < 1e-9)
    }
  }

  @Test func `heads stand beside each other and whole layers have bars`() throws {
    let folder = try TemporaryFolder.withModel()
    let heads = patch(folder, "--site", "attn.hook_z", "--by", "head", "--top", "0")
    #expect(heads.output.contains("headOutput by head"))
    #expect(heads.output.contains("\n  head     "), "\(heads.output)")
    #expect(heads.output.contains("\n  layer 0  ") && heads.output.contains("\n  layer 1  "))
    #expect(!heads.output.contains("Strongest"))
    let layers = patch(folder, "--by", "layer")
    #expect(layers.output.contains("\n  layer 0  1.000  ████████████████████████\n"))
  }

  @Test func `a report is written in the form its name ends in`() throws {
    let folder = try TemporaryFolder.withModel()
    for (name, mark) in [
      ("r.html", "<svg"), ("r.json", "\"activation-patching\""), ("r.md", "# Patching model"),
      ("r.txt", "Patching model\n═"),
    ] {
      let run = patch(folder, "--output", folder.path(name))
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(run.output.hasSuffix("\nwrote \(folder.path(name))\n"))
      let text = try String(contentsOfFile: folder.path(name), encoding: .utf8)
      #expect(text.contains(mark), "\(name)")
    }
  }

  @Test func `prompts of different length are shown token by token`() throws {
    let folder = try TemporaryFolder.withModel()
    let arguments = [
      "patch", folder.model, "--clean", "01234ABZ", "--corrupt", "01234XZ", "--metric", "loss",
    ]
    let run = Invocation.of(arguments)
    #expect(run.exitCode == 1 && run.output.isEmpty)
    #expect(
      run.errors == """
        cajal: note: the prompts, token by token
             clean        corrupted
          …            …
          3  2         3  2
          4  3         4  3
          5  4         5  4
          6  A      ≠  6  X
          7  B      ≠
          8  Z         7  Z
        cajal: the clean prompt has 9 tokens and the corrupted one 8: they part at position 6 and \
        share the last token; reword one until both have the same number of tokens

        """)
    let quiet = Invocation.of(arguments + ["--quiet"])
    #expect(quiet.errors.filter { $0 == "\n" }.count == 1)
  }

  @Test(arguments: [
    (["--metric", "logit:AB"], "'AB' is not one token but 2: A (67) B (68)"),
    (["--metric", "lost"], "there is no metric 'lost'"),
    (["--site", "headOutputs"], "did you mean 'headOutput'?"),
    (["--site", "logits"], "'logits' is no part of a layer"),
    (["--by", "head"], "'residualPre' has no heads"),
    (["--output", "r.pdf"], "a report ends in .html, .md, .json, .txt"),
    (["--output", "/nowhere/r.html"], "there is no folder /nowhere"),
  ])
  func `what does not fit is refused in one line`(more: [String], reason: String) throws {
    let folder = try TemporaryFolder.withModel()
    let metric = more.contains("--metric") ? [] : ["--metric", "logit:5"]
    let run = Invocation.of(
      ["patch", folder.model, "--clean", "ABC", "--corrupt", "AXC"] + metric + more)
    #expect(run.errors.contains(reason), "\(run.errors)")
    #expect(run.errors.filter { $0 == "\n" }.count == 1)
    #expect(run.exitCode == 1 && run.output.isEmpty)
  }

  @Test func `equal prompts and several sequences are refused`() throws {
    let folder = try TemporaryFolder.withModel()
    func run(_ clean: String, _ corrupted: String) -> Invocation {
      Invocation.of(
        "patch", folder.model, "--clean-tokens", clean, "--corrupt-tokens", corrupted, "--metric",
        "loss")
    }
    #expect(run("1 2", "1 2").errors.contains("are the same tokens"))
    #expect(run("1 2; 3", "1 2").errors.contains("--clean-tokens holds 2 sequences"))
    #expect(run("1 2 4", "1 3 4").exitCode == 0)
  }

  @Test(arguments: [
    (0.0, "·"), (0.004, "·"), (-0.004, "·"), (0.834, ".83"), (-0.12, "-.12"), (1, "1.00"),
    (-2.5, "-2.50"), (12.345, "12.35"), (123.4, "123"), (-5000, "-5e+03"), (.nan, "nan"),
    (-.infinity, "-inf"),
  ])
  func `an effect is written in few characters`(effect: Double, text: String) {
    #expect(PatchText.cell(effect) == text)
  }

  @Test(.enabled(if: SharedModel.path("stories260K-hf") != nil))
  func `a trained model carries who is spoken of in the tokens that name them`() throws {
    let model = try #require(SharedModel.path("stories260K-hf"))
    let json = try Invocation.of(
      "patch", model, "--clean", "Once upon a time, there was a little girl named Lily.",
      "--corrupt", "Once upon a time, there was a little boy named Tim.", "--metric",
      "difference:She,He", "--json"
    ).json()
    let (clean, corrupted) = (
      try #require(json["clean"] as? Double), try #require(json["corrupted"] as? Double)
    )
    #expect(clean > 2 && corrupted < -2, "the model goes on with She and with He")
    let effects = try #require(json["effects"] as? [[Double]])
    // Token 14 is the name, 15 the full stop, before it all words are shared up to 10.
    #expect(effects.allSatisfy { $0[..<10].allSatisfy { $0 == 0 } })
    #expect(effects[0][14] > 0.3 && effects[0][15] == 0 && effects[4][15] > 0.2)
  }
}
