// SPDX-License-Identifier: Apache-2.0
import CajalModel
public import CajalReport

/// The check-up of a model: what it is, what it says, how well it predicts, its weights.
///
/// Memory is bounded by the model itself: weights are read in pieces, texts are cut to a number of
/// tokens, and logits are formed a few rows at a time.
public struct Scan: Sendable {
  /// A text of the person's own, measured beside the built-in one.
  public var ownText: NamedText?
  /// The seed of resampling.
  public var seed: UInt64 = 0

  private static var chapters: [any ScanChapter.Type] {
    [
      IdentityChapter.self, PredictionsChapter.self, LossChapter.self, WeightsChapter.self,
      ReadingChapter.self, SitesChapter.self,
    ]
  }

  /// A check-up with the built-in texts alone.
  public init() {}

  /// Examines a model.
  ///
  /// - Parameter isStandIn: Whether the model is the ``StandIn``, which the report then says first.
  /// - Throws: What the floors below refuse, and `WorkbenchError.interrupted`.
  public func run(_ subject: Subject, isStandIn: Bool = false, job: Job = .unwatched) throws
    -> Report
  {
    let context = ScanContext(
      subject: subject, description: ModelDescription(subject),
      digest: try subject.digest(job: job), isStandIn: isStandIn, ownText: ownText, seed: seed,
      job: job)
    var chapters: [Report.Chapter] = []
    var remarks: [String] = []
    for chapter in Self.chapters {
      try job.checkInterruption()
      let content = try chapter.content(context)
      remarks += content.remarks
      chapters.append(
        Report.Chapter(
          title: chapter.title, introduction: chapter.introduction, findings: content.findings))
    }
    return Report(
      title: "Check-up of \(subject.name)", subject: context.description.headline,
      version: Program.version,
      opening: ScanOpening(context: context, remarks: remarks).paragraphs,
      facts: context.description.facts(isShort: true)
        .filter { ScanOpening.facts.contains($0.label) }.map { Report.Fact($0.label, $0.value) },
      chapters: chapters)
  }
}

extension ModelDescription {
  /// `Llama, 5 layers, 260,032 parameters`.
  public var headline: String {
    "\(architecture), \(shape.layers) \(shape.layers == 1 ? "layer" : "layers"), "
      + "\(Quantity.grouped(parameters)) parameters"
  }
}
