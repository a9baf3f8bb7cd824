// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import Foundation
import Testing

@testable import CajalCommands

struct ScanCommandTests {
  private func page(_ folder: TemporaryFolder, _ name: String) throws -> String {
    try String(contentsOf: folder.url.appendingPathComponent(name), encoding: .utf8)
  }

  @Test func `a scan without a model says that it is of a stand-in`() throws {
    let folder = try TemporaryFolder()
    let run = Invocation.of("scan", "--output", folder.path("made/here"))
    #expect(run.errors.isEmpty && run.exitCode == 0)
    #expect(run.output.hasPrefix("Check-up of stand-in with random weights: Llama, 2 layers, "))
    #expect(run.output.hasSuffix("wrote \(folder.path("made/here"))/findings.json\n"))
    #expect(run.output.split(separator: "\n").count <= 12)
    let page = try page(folder, "made/here/report.html")
    #expect(
      page.contains("The numbers below mean nothing, except that the program works.")
        && page.contains("this is a stand-in") && page.contains("It was never trained"))
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path("made/here"))
    #expect(left.sorted() == ["findings.json", "report.html"])
  }

  @Test func `the page is self-contained and has every chapter`() throws {
    let folder = try TemporaryFolder.withModel()
    let run = Invocation.of("scan", folder.model, "--output", folder.path("r"))
    #expect(run.exitCode == 0)
    let page = try page(folder, "r/report.html")
    let titles = [
      "What it is", "What it says", "How well it predicts", "Its weights in numbers",
      "How it was read", "Where one can look",
    ]
    let places = try titles.map { title in
      try #require(page.range(of: "</span>\(title)</h2>"), "\(title)").lowerBound
    }
    #expect(places == places.sorted())
    for text in [
      "What was scanned: ", "What is striking: ", "no circuits, no features and no behaviours",
      "rows</summary>", "first guess at the next token is right in",
      "Root mean square of every matrix", "Loss by position", "blind guessing", "uniform",
      "unigram",
      "built-in story, version 1", "sha256:", "<svg",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    #expect(!page.contains("stand-in"), "a model that was named is no stand-in")
    #expect(!page.lowercased().contains("darker"), "on dark screens much is bright")
    #expect(!page.contains("<script") && !page.contains("src=\"http"))
  }

  @Test func `findings carry digest, options, seed, version, inputs and date`() throws {
    let folder = try TemporaryFolder.withModel()
    let run = Invocation.of(
      "scan", folder.model, "--output", folder.path("r"), "--json", "--seed", "7")
    let json = try run.json()
    #expect(try page(folder, "r/findings.json") == run.output)
    let findings = try #require(json["findings"] as? [[String: Any]])
    let names = findings.compactMap { ($0["card"] as? [String: Any])?["name"] as? String }
    #expect(
      names == [
        "identity", "next-token", "loss-by-position", "weights-in-numbers", "reading", "sites",
      ])
    for finding in findings {
      let provenance = try #require(finding["provenance"] as? [String: Any])
      #expect((provenance["checkpointDigest"] as? String)?.hasPrefix("sha256:") == true)
      #expect(provenance["seed"] as? Int == 7 && provenance["version"] as? String == "0.1.0")
      #expect(provenance["date"] is String && provenance["options"] is [String: Any])
    }
    let loss = try #require(findings[2]["evidence"] as? [[String: Any]])
    #expect(loss.map { $0["shape"] as? String } == ["number", "number", "curve", "tokens"])
    let number = loss[0]
    #expect(number["sampleCount"] as? Int == 1812 && number["interval"] is [String: Any])
    #expect((number["baselines"] as? [[String: Any]])?.count == 2)
    // A model of random weights is about as good as blind guessing, ln 258, and far from certain.
    let value = try #require(number["value"] as? Double)
    #expect(abs(value - log(258)) < 1.5)
  }

  @Test func `a text of one's own is measured beside the built-in one`() throws {
    let folder = try TemporaryFolder.withModel()
    try Data("The cat sat on the mat. <b>&amp;".utf8).write(
      to: folder.url.appendingPathComponent("own.txt"))
    let run = Invocation.of(
      "scan", folder.model, "--output", folder.path("r"), "--text", folder.path("own.txt"))
    #expect(run.output.contains(" tokens of own.txt: no better than guessing by frequency "))
    let page = try page(folder, "r/report.html")
    #expect(page.contains("own.txt") && !page.contains("<b>&amp;<"))
    #expect(page.contains("It tries a few short English texts and the one that was given."))
  }

  @Test func `a model that cannot read the built-in texts is scanned and the report says why`()
    throws
  {
    let folder = try TemporaryFolder.withModel()
    try FileManager.default.removeItem(atPath: folder.path("model/tokenizer.json"))
    let run = Invocation.of("scan", folder.model, "--output", folder.path("r"))
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.contains("Not measured on the built-in story, version 1"))
    let page = try page(folder, "r/report.html")
    #expect(page.contains("this model has no words"))
    #expect(page.contains("What is striking: It cannot read the built-in texts"))
  }

  @Test func `a text in place of its file is explained`() {
    let run = Invocation.of("scan", "--text", "Once upon a time")
    #expect(
      run.errors
        == "cajal: Once upon a time: no such file; --text of scan names a file that holds the text\n"
    )
    #expect(run.exitCode == 1 && run.output.isEmpty)
  }

  @Test func `places that cannot hold a report are refused before the work`() throws {
    let folder = try TemporaryFolder.withModel()
    try Data().write(to: folder.url.appendingPathComponent("file"))
    for (path, reason) in [
      (folder.path("file"), "is a file and the report needs a folder"),
      (folder.path("file/below"), "cannot be written to"), ("/proc/none", "cannot be written to"),
    ] {
      let run = Invocation.of("scan", folder.model, "--output", path)
      #expect(run.errors.contains(reason) && run.exitCode == 1, "\(run.errors)")
      #expect(run.errors.filter { $0 == "\n" }.count == 1 && run.output.isEmpty)
    }
  }

  @Test func `an older report is replaced and nothing else in the folder is touched`() throws {
    let folder = try TemporaryFolder()
    for name in ["report.html", "notes.txt"] {
      try Data("old".utf8).write(to: folder.url.appendingPathComponent(name))
    }
    #expect(Invocation.of("scan", "--output", folder.url.path).exitCode == 0)
    #expect(try page(folder, "notes.txt") == "old")
    #expect(try page(folder, "report.html") != "old")
  }

  @Test(.enabled(if: SharedModel.path("stories260K-hf") != nil))
  func `a trained model predicts far better than guessing by frequency`() throws {
    let folder = try TemporaryFolder()
    let model = try #require(SharedModel.path("stories260K-hf"))
    let json = try Invocation.of("scan", model, "--output", folder.path("r"), "--json", "--quiet")
      .json()
    let findings = try #require(json["findings"] as? [[String: Any]])
    let evidence = try #require(findings[2]["evidence"] as? [[String: Any]])
    let value = try #require(evidence[0]["value"] as? Double)
    let baselines = try #require(evidence[0]["baselines"] as? [[String: Any]])
    let frequency = try #require(baselines[1]["value"] as? Double)
    // Its author reports 1.297 nats on stories of its own kind.
    #expect((1.2...2.2).contains(value) && value < frequency - 2)
  }
}
