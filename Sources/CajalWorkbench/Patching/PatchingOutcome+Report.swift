// SPDX-License-Identifier: Apache-2.0
public import CajalFinding
import CajalMethods
import CajalModel
public import CajalReport
import CajalText
import Foundation

extension PatchingOutcome {
  /// The result as a report of one chapter.
  ///
  /// Cost: reads all weights once, for their digest.
  public func report(top: Int = 10, seed: UInt64 = 0, job: Job = .unwatched) throws -> Report {
    let description = ModelDescription(subject)
    var report = Report(
      title: "Patching \(subject.name)", subject: description.headline, version: Program.version,
      opening: [opening],
      facts: [
        Report.Fact("Metric", metricText), Report.Fact("Patched", "\(patched), \(direction)"),
        Report.Fact("Clean prompt", text(pair.clean)),
        Report.Fact("Corrupted prompt", text(pair.corrupted)),
      ],
      chapters: [
        Report.Chapter(
          title: "Where the behaviour is carried",
          introduction:
            "An activation of one prompt is moved into the run of the other, one at a time. The effect is "
            + "0 where that changes nothing and 1 where it does what the whole other prompt does; "
            + (isEstimated
              ? "here it is estimated from the slope of the metric, which is wrong where the metric "
                + "bends between the prompts." : "values beyond are real."),
          findings: [try finding(top: top, seed: seed, job: job)])
      ])
    report.companionFile = nil
    return report
  }

  /// The result as a finding: baselines, a heatmap, the strongest patches, the prompts token by token.
  ///
  /// Cost: reads all weights once, for their digest.
  public func finding(top: Int = 10, seed: UInt64 = 0, job: Job = .unwatched) throws -> Finding {
    var options = options
    if case .object(var members) = options {
      members["metric"] = .string(metric.description)
      options = .object(members)
    }
    let provenance = Provenance(
      checkpointDigest: try subject.digest(job: job), options: options, seed: seed,
      version: Program.version,
      inputs: [input("clean", pair.clean), input("corrupted", pair.corrupted)])
    return Finding(
      card: card, summary: summary, provenance: provenance.dated(Date()),
      evidence: baselines + [.heatmap(heatmap), .table(table(top)), .table(prompts)])
  }

  /// The result in one sentence.
  public var summary: String {
    guard let first = strongest(1).first else { return "No patch has any effect." }
    let place = first.site + (first.token.map { " (“\($0)”)" } ?? "")
    let count = effects.values.reduce(0) { $0 + $1.count }
    return
      "Of \(count) patches the strongest is \(place): \(Quantity.fixed(first.effect, 2)) of the way "
      + (direction == .denoising
        ? "from the corrupted to the clean prompt." : "from the clean to the corrupted prompt.")
  }

  private var patched: String { "\(effects.site.rawValue) by \(effects.unit.rawValue)" }

  private var opening: String {
    "What was measured is the \(metricText): \(Quantity.fixed(clean, 3)) on the clean prompt and "
      + "\(Quantity.fixed(corrupted, 3)) on the corrupted one. What carries the difference is asked by "
      + "moving activations of one into the run of the other."
  }

  private func text(_ tokens: [Int]) -> String {
    subject.pieces(tokens).joined().trimmed
  }

  private func input(_ name: String, _ tokens: [Int]) -> Provenance.Input {
    Provenance.Input(
      name: "\(name) prompt, tokens", content: tokens.map(String.init).joined(separator: " "))
  }

  private var baselines: [Evidence] {
    let isDenoising = direction == .denoising
    return [
      ("Clean prompt", clean, isDenoising), ("Corrupted prompt", corrupted, !isDenoising),
    ].map { title, value, isGoal in
      .number(
        Evidence.Number(
          title: title,
          caption: isGoal
            ? "The metric: a patch of effect 1 leads here."
            : "The metric: a patch of effect 0 stays here.",
          value: value))
    }
  }

  private var heatmap: Evidence.Heatmap {
    let columns: Axis =
      switch effects.unit {
      case .layer: Axis("whole layer")
      case .position: Axis("position")
      case .head: Axis("head")
      }
    var heatmap = Evidence.Heatmap(
      title: (isEstimated ? "Estimated effect" : "Effect") + " of patching \(patched)",
      caption: caption, rowAxis: Axis("layer"), columnAxis: columns, valueAxis: Axis("effect"),
      panels: [.init("", values: effects.values)])
    heatmap.rows = effects.layers.map(String.init)
    switch effects.unit {
    case .layer: heatmap.columns = [effects.site.rawValue]
    case .position: heatmap.columns = (0..<pair.count).map(label(ofPosition:))
    case .head: heatmap.columns = (effects.values.first ?? []).indices.map(String.init)
    }
    heatmap.colors = .diverging
    return heatmap
  }

  private var caption: String {
    let direction =
      direction == .denoising
      ? "Clean activations are moved into the corrupted run: what suffices to restore the behaviour here, "
        + "not what is necessary for it."
      : "Corrupted activations are moved into the clean run: what is necessary for the behaviour here, "
        + "not what suffices for it."
    return effects.unit == .position
      ? direction + " Where the prompts differ, both tokens are named, the clean one first."
      : direction
  }

  private func table(_ top: Int) -> Evidence.Table {
    let strongest = strongest(top)
    let hasTokens = effects.unit == .position
    return Evidence.Table(
      title: "The strongest patches",
      caption: "The \(strongest.count) largest effects of either sign.",
      columns: [.init("Site")] + (hasTokens ? [.init("Token")] : [])
        + [.init("Effect", .bar), .init("Metric", .number)],
      rows: strongest.map { patch in
        [.text(patch.site)] + (hasTokens ? [.text(patch.token ?? "")] : [])
          + [.number(patch.effect), .number(patch.value)]
      })
  }

  private var prompts: Evidence.Table {
    let alignment = TokenAlignment(clean: pair.clean, corrupted: pair.corrupted, for: subject)
    var table = Evidence.Table(
      title: "The prompts, token by token",
      caption:
        "They differ at \(alignment.differing) of \(pair.count) positions. A pair must be aligned: token "
        + "by token the same roles.",
      columns: [.init("Position", .number), .init("Clean"), .init("Corrupted"), .init("")],
      rows: alignment.rows.map { row in
        [
          .number(row.clean?.position ?? 0), .text(row.clean?.piece ?? ""),
          .text(row.corrupted?.piece ?? ""), .text(row.isShared ? "" : "differs"),
        ]
      })
    table.isFolded = true
    return table
  }
}
