// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalMethods
import CajalModel
import CajalReport
import CajalTestSupport
import CajalWorkbench
import Foundation
import Synchronization
import Testing

struct PatchingTests {
  private let folder: TemporaryFolder
  private let subject: Subject

  init() throws {
    folder = try TemporaryFolder.withStandIn()
    subject = try Subject.open(folder.url.path)
  }

  private func run(
    _ change: (inout Patching) -> Void = { _ in }, metric: Metric = .logitDifference(80, 90)
  ) throws -> PatchingOutcome {
    var patching = Patching(metric: metric)
    change(&patching)
    return try patching.run(subject, clean: [0, 70, 71, 72], corrupted: [0, 70, 99, 72])
  }

  @Test func `the outcome is that of the method`() throws {
    let outcome = try run()
    let pair = try PromptPair(clean: [0, 70, 71, 72], corrupted: [0, 70, 99, 72])
    let result = try ActivationPatching().run(
      pair, metric: .logitDifference(80, 90), on: subject.model)
    #expect(outcome.effects == result.effects && outcome.values == result.values)
    #expect(outcome.clean == result.clean && outcome.corrupted == result.corrupted)
    #expect(outcome.card == ActivationPatching.card && !outcome.isEstimated)
  }

  @Test func `the strongest patches come first and those without effect not at all`() throws {
    let outcome = try run()
    let strongest = outcome.strongest(100)
    #expect(strongest.map { abs($0.effect) } == strongest.map { abs($0.effect) }.sorted(by: >))
    // Nothing before the difference changes; at layer 0 only the token that differs is moved.
    #expect(strongest.count == 1 + 2)
    let whole = try #require(strongest.first { $0.site == "residualPre.0[position=2]" })
    #expect(whole.effect == 1 && whole.token == "E|a" && whole.value == outcome.clean)
    #expect(outcome.strongest(1).count == 1)
  }

  @Test func `heads and layers are named by their selection`() throws {
    let heads = try run {
      $0.method.site = .headOutput
      $0.method.unit = .head
    }
    #expect(heads.effects.values.map(\.count) == [4, 4])
    #expect(heads.strongest(1)[0].site.contains("headOutput.") == true)
    #expect(heads.strongest(1)[0].site.contains("[head=") && heads.strongest(1)[0].token == nil)
    let layers = try run { $0.method.unit = .layer }
    #expect(layers.strongest(1)[0].site == "residualPre.0")
  }

  @Test func `the finding holds the baselines, the heatmap and what it is a function of`() throws {
    let outcome = try run { $0.method.direction = .noising }
    let finding = try outcome.finding(seed: 7)
    #expect(finding.card.name == "activation-patching")
    #expect(finding.provenance.seed == 7)
    #expect(finding.options["metric"] == .string("difference:80,90"))
    #expect(finding.options["direction"] == .string("noising"))
    #expect(finding.options["unit"] == .string("position"))
    #expect(finding.provenance.inputs.map(\.content) == ["0 70 71 72", "0 70 99 72"])
    guard case .number(let clean) = finding.evidence[0],
      case .number(let corrupted) = finding.evidence[1],
      case .heatmap(let heatmap) = finding.evidence[2]
    else {
      Issue.record("the evidence is \(finding.evidence.map(\.shape))")
      return
    }
    #expect(clean.value == outcome.clean && corrupted.value == outcome.corrupted)
    #expect(heatmap.panels.map(\.values) == [outcome.effects.values])
    #expect(heatmap.rows == ["0", "1"])
    #expect(heatmap.columns == ["<s>", "D", "E|a", "F"])
    #expect(heatmap.colors.kind == .diverging)
    #expect(finding.summary.contains("from the clean to the corrupted prompt"))
    #expect(
      finding.summary.contains(outcome.strongest(1)[0].site), "\(finding.summary)")
  }

  @Test func `a report of it is one chapter and names no file beside it`() throws {
    let report = try run().report()
    #expect(report.chapters.count == 1 && report.chapters[0].findings.count == 1)
    let page = try report.rendered(as: .html)
    #expect(page.contains("<svg") && !page.contains("findings.json"))
    #expect(page.contains("logit of “N” (80) minus that of “X” (90) at the last position"))
  }

  @Test func `prompts of different length are refused with where they part`() throws {
    let error = #expect(throws: WorkbenchError.self) {
      try Patching(metric: .loss).run(subject, clean: [1, 2, 3, 9], corrupted: [1, 4, 9])
    }
    #expect(error?.code == .input)
    let message =
      "the clean prompt has 4 tokens and the corrupted one 3: they part at position 1 and share the "
      + "last token"
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func `an estimate is marked as one`() throws {
    let outcome = try run { $0.isEstimated = true }
    #expect(outcome.isEstimated && outcome.card == AttributionPatching.card)
    #expect(outcome.effects.site == .residualPre && outcome.effects.values.map(\.count) == [4, 4])
    let report = try outcome.report()
    #expect(report.chapters[0].introduction.contains("estimated"))
    #expect(report.chapters[0].findings[0].evidence[2].title.hasPrefix("Estimated effect"))
    #expect(outcome.options["sites"] == .array([.string("residualPre")]))
  }

  @Test func `interruption ends it between two layers`() throws {
    let layers = Mutex(0)
    let job = Job(
      onProgress: { progress in
        if progress.unit == "rows", progress.done > 0 { layers.withLock { $0 += 1 } }
      },
      isInterrupted: { layers.withLock { $0 } >= 1 })
    let error = #expect(throws: WorkbenchError.self) {
      try Patching(metric: .logit(5)).run(
        subject, clean: [1, 2, 3], corrupted: [1, 4, 3], job: job)
    }
    #expect(error?.code == .interrupted)
    #expect(layers.withLock { $0 } == 1)
  }

  @Test(arguments: [
    ("residualPre", Site.Name.residualPre), ("headOutput", .headOutput),
    ("hook_resid_post", .residualPost), ("attn.hook_z", .headOutput), ("logits", .logits),
  ])
  func `a site is named without its layer`(text: String, name: Site.Name) throws {
    #expect(try Site.Name(parsing: text, layersOf: subject.model) == name)
  }

  @Test(arguments: [
    ("residualPre.1", "every layer is patched, so write residualPre"),
    ("blocks.1.hook_resid_pre", "every layer is patched, so write residualPre"),
    ("residualPer", "did you mean 'residualPre'?"), ("", "there is no site"),
  ])
  func `a site that cannot be read is refused`(text: String, reason: String) throws {
    do {
      _ = try Site.Name(parsing: text, layersOf: subject.model)
      Issue.record("'\(text)' was read")
    } catch {
      #expect("\(error)".contains(reason), "\(error)")
    }
  }
}
