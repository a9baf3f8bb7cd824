// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// Applies interventions during a run.
///
/// Several at one site act in the order given. After the run `finish` must be asked: an intervention
/// that could not be applied, or never fired, is an error and not a silent no-op.
public struct InterventionTap: Tap {
  private let steps: [RunRows]
  private let interventions: [Site: [(index: Int, value: Intervention)]]
  /// Which of them have acted.
  private(set) var fired: [Bool]
  private let names: [String]
  private var failure: ModelError?

  /// A tap for a run over `batch`.
  public init(_ interventions: [Intervention], batch: TokenBatch) {
    self.init(interventions, steps: [RunRows(batch)])
  }

  /// A tap for a run over prompts that will grow: positions that are not there yet are passed over, and
  /// a trace is taken position by position, as ``Generation`` does.
  public init(_ interventions: [Intervention], growing prompts: TokenBatch) {
    let lengths = (0..<prompts.sequenceCount).map { prompts.rows(of: $0).count }
    let grown = lengths.enumerated().map { (sequence: $0.offset, first: 0, length: $0.element) }
    self.init(interventions, steps: RunRows.steps(grown, prompts: lengths))
  }

  /// A tap for a run whose rows came in some steps: each step is changed by itself.
  init(_ interventions: [Intervention], steps: [RunRows]) {
    self.steps = steps
    let numbered = interventions.enumerated().map { (index: $0.offset, value: $0.element) }
    self.interventions = Dictionary(grouping: numbered) { $0.value.site }
    fired = Array(repeating: false, count: interventions.count)
    names = interventions.map { "\($0.site)\($0.selection)" }
  }

  /// Whether an intervention acts at this site.
  public func wants(_ site: Site) -> Bool { interventions[site] != nil }

  /// The value after every intervention at this site, in the order given.
  public mutating func callAsFunction(_ site: Site, _ value: Tensor) -> Tensor {
    guard let here = interventions[site], failure == nil else { return value }
    var value = value
    for (index, intervention) in here {
      do throws(ModelError) {
        for rows in steps {
          guard let changed = try intervention.applied(to: value, rows: rows) else { continue }
          value = changed
          fired[index] = true
        }
      } catch {
        failure = error
      }
    }
    return value
  }

  /// - Throws: what an intervention refused.
  public func checkFailure() throws(ModelError) {
    if let failure { throw failure }
  }

  /// - Throws: what an intervention refused, or `ModelError.intervention` naming one whose site the
  ///   run did not visit.
  public func finish() throws(ModelError) {
    try checkFailure()
    if let index = fired.firstIndex(of: false) {
      throw ModelError(
        .intervention,
        "the intervention at '\(names[index])' never fired: the run does not visit that site; "
          + "'cajal inspect' lists the sites")
    }
  }
}

extension LanguageModel {
  /// Runs with interventions and records what they lead to.
  ///
  /// - Throws: `ModelError` from the tokens, or from an intervention that does not fit or never fires.
  public func record(
    _ batch: TokenBatch, sites: Set<Site>? = nil, interventions: [Intervention] = [],
    from start: RunStart = .tokens, until end: RunEnd = .logits, options: RunOptions = RunOptions()
  ) throws(ModelError) -> Trace {
    var tap = ChainedTap(InterventionTap(interventions, batch: batch), Recorder(sites))
    _ = try run(batch, from: start, until: end, options: options, tap: &tap)
    try tap.first.finish()
    return tap.second.trace(of: batch)
  }
}
