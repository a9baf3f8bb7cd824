// SPDX-License-Identifier: Apache-2.0
public import CajalFinding
public import CajalMethods
public import CajalModel
import CajalText

/// Moves activations between two prompts of a subject and says which carry a behaviour.
public struct Patching: Sendable {
  /// What is moved, and which way.
  public var method = ActivationPatching()
  /// What is measured.
  public var metric: Metric
  /// Whether effects are estimated from one slope instead of measured.
  public var isEstimated = false

  /// Patching towards a metric, with the method's defaults.
  public init(metric: Metric) {
    self.metric = metric
  }

  /// Runs both prompts and every patch.
  ///
  /// - Throws: `WorkbenchError.input` for prompts of different length, saying where they part;
  ///   `MethodError` and `ModelError` for what does not fit the model; `WorkbenchError.interrupted`.
  public func run(
    _ subject: Subject, clean: [Int], corrupted: [Int], job: Job = .unwatched
  ) throws -> PatchingOutcome {
    let pair = try Self.pair(subject, clean: clean, corrupted: corrupted)
    return isEstimated ? try estimated(subject, pair, job) : try measured(subject, pair, job)
  }

  private func measured(_ subject: Subject, _ pair: PromptPair, _ job: Job) throws
    -> PatchingOutcome
  {
    _ = try job.stage("running both prompts")
    var stage: Stage?
    let result = try method.run(pair, metric: metric, on: subject.model) { done, total in
      let current =
        try stage ?? job.stage("patching \(method.site.rawValue)", total: total, unit: "rows")
      stage = current
      try current.advance(to: done)
    }
    return PatchingOutcome(
      subject: subject, metric: metric, pair: pair, card: ActivationPatching.card,
      options: try method.options(), direction: method.direction, clean: result.clean,
      corrupted: result.corrupted, values: result.values, effects: result.effects)
  }

  private func estimated(_ subject: Subject, _ pair: PromptPair, _ job: Job) throws
    -> PatchingOutcome
  {
    _ = try job.stage("running both prompts, and one of them back")
    var estimate = AttributionPatching()
    (estimate.sites, estimate.unit, estimate.direction) = (
      [method.site], method.unit, method.direction
    )
    let result = try estimate.run(pair, metric: metric, on: subject.model)
    try job.checkInterruption()
    return PatchingOutcome(
      subject: subject, metric: metric, pair: pair, card: AttributionPatching.card,
      options: try estimate.options(), direction: estimate.direction, clean: result.clean,
      corrupted: result.corrupted, values: result.values[0], effects: result.effects[0])
  }

  /// The pair of two prompts.
  ///
  /// - Throws: `WorkbenchError.input` as `run`.
  public static func pair(
    _ subject: Subject, clean: [Int], corrupted: [Int]
  ) throws -> PromptPair {
    guard clean.count == corrupted.count else {
      let alignment = TokenAlignment(clean: clean, corrupted: corrupted, for: subject)
      throw WorkbenchError(
        .input,
        "the clean prompt has \(clean.count) tokens and the corrupted one \(corrupted.count): "
          + "\(alignment.difference); reword one until both have the same number of tokens")
    }
    return try PromptPair(clean: clean, corrupted: corrupted)
  }
}

/// What patching found, with what it was asked.
public struct PatchingOutcome: Sendable {
  /// The model.
  public let subject: Subject
  /// What was measured.
  public let metric: Metric
  /// The prompts.
  public let pair: PromptPair
  /// The method.
  public let card: MethodCard
  /// Whether the effects are estimates.
  public var isEstimated: Bool { card == AttributionPatching.card }
  /// Its options as they were used.
  public let options: JSONValue
  /// Which way activations were moved.
  public let direction: PatchDirection
  /// The metric of the clean prompt.
  public let clean: Double
  /// The metric of the corrupted prompt.
  public let corrupted: Double
  /// The metric with each patch.
  public let values: PatchGrid
  /// 0 where a patch changes nothing, 1 where it does what the other prompt does.
  public let effects: PatchGrid

  /// One patch with what it did.
  public struct Strongest: Sendable, Equatable {
    /// The site with the part of it that was moved: `residualPre.3[position=5]`.
    public let site: String
    /// The token at that position, nil where whole layers or heads were moved.
    public let token: String?
    /// What it did.
    public let effect: Double
    /// The metric with it.
    public let value: Double
  }

  /// The patches of the largest effects, whatever their sign, and none without effect; of equal ones the earlier first.
  public func strongest(_ count: Int) -> [Strongest] {
    var all: [(row: Int, column: Int, effect: Double)] = []
    for (row, effects) in effects.values.enumerated() {
      for (column, effect) in effects.enumerated() where effect != 0 {
        all.append((row, column, effect))
      }
    }
    all.sort { abs($0.effect) > abs($1.effect) }
    return all.prefix(count).map { entry in
      Strongest(
        site: "\(effects.site(ofRow: entry.row))\(selection(entry.column))",
        token: effects.unit == .position ? label(ofPosition: entry.column) : nil,
        effect: entry.effect, value: values.values[entry.row][entry.column])
    }
  }

  private func selection(_ column: Int) -> Selection {
    switch effects.unit {
    case .layer: .all
    case .position: Selection(positions: [column])
    case .head: Selection(heads: [column])
    }
  }

  /// The token at a position, visible: `Lily`, or `Lily|Tom` where the prompts differ.
  public func label(ofPosition position: Int) -> String {
    let clean = subject.tokenizer.display(pair.clean[position])
    if pair.clean[position] == pair.corrupted[position] { return clean }
    return clean + "|" + subject.tokenizer.display(pair.corrupted[position])
  }

  /// What was measured, with the tokens as people read them.
  public var metricText: String {
    func named(_ token: Int) -> String {
      "“\(subject.tokenizer.display(token))” (\(token))"
    }
    switch metric {
    case .loss: return "mean loss of the clean prompt's tokens, in nats"
    case .logit(let token): return "logit of \(named(token)) at the last position"
    case .logitDifference(let token, let other):
      return "logit of \(named(token)) minus that of \(named(other)) at the last position"
    case .logProbability(let token):
      return "log-probability of \(named(token)) at the last position, in nats"
    case .divergence: return "divergence from other logits at the last position, in nats"
    }
  }
}
