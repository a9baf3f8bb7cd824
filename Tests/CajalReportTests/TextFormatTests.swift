// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import Testing

@testable import CajalReport

struct TextFormatTests {
  @Test(arguments: [40, 57, 80, 200])
  func `no line is wider than the terminal`(width: Int) throws {
    let words = "日本語 words that wrap and Donaudampfschifffahrtsgesellschaftskapitänsmützenknopf"
    for text in ["words", words, String(repeating: "x", count: 300)] {
      let output = try Examples.report(Examples.shapes(text: text), text: text)
        .rendered(as: .text(width: width))
      for line in output.split(separator: "\n") {
        #expect(TextMetrics.columns(String(line)) <= width, "\(line)")
      }
    }
  }

  @Test func `escape sequences are written only where asked for`() throws {
    let report = Examples.report(Examples.shapes())
    #expect(!(try report.rendered(as: .text).contains("\u{1B}")))
    #expect(try report.rendered(as: .text(width: 80, usesColor: true)).contains("\u{1B}[48;5;"))
  }

  @Test func `heights and lengths of blocks are those of the values`() {
    #expect(Blocks.sparkline([0, 1, 2, 3, 4, 5, 6, 7], width: 8) == "▁▂▃▄▅▆▇█")
    #expect(Blocks.sparkline([0, .nan, 7], width: 8) == "▁ █")
    #expect(Blocks.sparkline([0, 0, 7, 7], width: 2) == "▁█")
    #expect(Blocks.bar(0.5, columns: 4) == "██  ")
    #expect(Blocks.bar(0.3125, columns: 4) == "█▎  ")
    #expect(Blocks.bar(1e-9, columns: 3) == "▏  ")
    #expect(Blocks.bar(.nan, columns: 2) == "  ")
  }

  @Test func `a table of the terminal is aligned`() throws {
    let table = Evidence.Table(
      title: "Next", caption: "", columns: [.init("token", .token), .init("share", .number)],
      rows: [[" time", 0.5], ["日", 0.25]])
    var page = TextPage(width: 40, usesColor: false)
    TextTable(table: table).write(on: &page)
    #expect(
      page.text == """
        token   share
        ─────  ──────
        ·time  0.5000
        日     0.2500

        """)
  }

  @Test func `a whole small report reads as written here`() throws {
    let finding = Finding(
      card: MethodCard(name: "mean-loss", summary: "", source: ""), summary: "It predicts.",
      provenance: Provenance(checkpointDigest: "", version: ""),
      evidence: [
        .number(
          .init(
            title: "Loss", caption: "A mean.", value: 1.5, unit: "nats",
            baselines: [Baseline("chance", 6.25)]))
      ])
    let report = Report(
      title: "Check-up", subject: "tiny", version: "1", opening: ["Hello."],
      facts: [.init("Layers", "5")],
      chapters: [.init(title: "Loss", introduction: "How well?", findings: [finding])])
    #expect(
      try report.rendered(as: .text(width: 60)) == """
        Check-up
        ════════
        tiny

        Hello.

        Layers  5

        1 Loss
        ──────
        How well?

        Mean loss
        It predicts.

        Loss: 1.5\u{A0}nats chance 6.25
        A mean.

        """)
  }
}
