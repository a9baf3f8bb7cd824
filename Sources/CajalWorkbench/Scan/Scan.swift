// SPDX-License-Identifier: Apache-2.0
import CajalModel
public import CajalReport

/// The check-up of a model: what it is, its weights in numbers, how well it predicts, what it says.
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
      IdentityChapter.self, WeightsChapter.self, LossChapter.self, PredictionsChapter.self,
      SitesChapter.self,
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
    for chapter in Self.chapters {
      try job.checkInterruption()
      chapters.append(
        Report.Chapter(
          title: chapter.title, introduction: chapter.introduction,
          findings: try chapter.findings(context)))
    }
    return Report(
      title: "Check-up of \(subject.name)", subject: context.description.headline,
      version: Program.version, opening: Self.opening(context),
      facts: context.description.facts(isShort: true).map { Report.Fact($0.label, $0.value) },
      chapters: chapters)
  }

  private static func opening(_ context: ScanContext) -> [String] {
    var paragraphs: [String] = []
    if context.isStandIn {
      paragraphs.append(
        "No model was named, so this is a stand-in: a small Llama whose weights are random numbers "
          + "from a fixed seed. It was never trained. The report shows what a check-up looks like and "
          + "where numbers lie when there is nothing to find; it says nothing about any real model. "
          + "For a real one run: cajal scan MODEL. A trained model will ship with the program later."
      )
    }
    paragraphs.append(
      "Every number here was computed from the checkpoint by this program on this machine. Under "
        + "each finding stands how it was measured and what it was measured on, so that it can be "
        + "measured again.")
    return paragraphs
  }
}

extension ModelDescription {
  /// `Llama, 5 layers, 260,032 parameters`.
  public var headline: String {
    "\(architecture), \(shape.layers) \(shape.layers == 1 ? "layer" : "layers"), "
      + "\(Quantity.grouped(parameters)) parameters"
  }
}
