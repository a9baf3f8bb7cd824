// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// Sequences that grow, one token each a step, behind prompts of any lengths.
///
/// Every step runs the newest token of each sequence after the cached keys and values of those before.
/// Tokens and logits have the bits that running the whole sequences again would give. Where the rotary
/// frequencies depend on the length and have changed, the sequences they have changed for are run
/// again as a whole.
///
/// ```swift
/// var generation = try Generation(model, prompts: [tokens], sampling: .greedy)
/// for _ in 0..<50 { for (_, token) in try generation.step() { print(token) } }
/// try generation.finish()
/// ```
///
/// **Interventions** act in every step, each on a position when that position is computed, by the
/// length its sequence has then:
/// * A selection without positions acts at every position, in the prompt and behind it.
/// * Positions from 0 on act when they come, in the prompt or later.
/// * Negative positions count from the end as it is at the step. `position=-1` is the last position of
///   the prompt and then every newest one. What was changed stays: a position that was the newest one
///   remains in the keys and values as it was changed. Running everything again at each step would
///   change the last position alone, and leave those that were last before as the model made them.
/// * Keys of patterns are selected in the same way; those that are not there yet are passed over.
/// * `replace` acts at the positions that its trace has: with one prompt position by position, with
///   several at the rows of the packed prompts.
/// * `resampleAblate` draws for a position what it draws for it in a run of that sequence alone.
/// * `meanAblate(nil)` and `resampleAblate(nil)` take the run's own positions, of which there is one
///   more at every step, so that the past would have to change: they are refused.
///
/// One that never acted is an error in the end (`finish`).
public struct Generation: Sendable {
  /// One of the sequences.
  public struct Sequence: Sendable {
    /// The prompt's tokens and those made.
    public fileprivate(set) var tokens: [Int]
    /// How many of them are the prompt.
    public let promptCount: Int
    /// Whether it grows at the next step.
    public fileprivate(set) var isGrowing = true

    /// The tokens made.
    public var made: ArraySlice<Int> { tokens[promptCount...] }
  }

  /// The sequences, in the order of the prompts.
  public private(set) var sequences: [Sequence]
  /// How tokens are chosen.
  public let sampling: Sampling
  private let model: any LanguageModel
  private let interventions: [Intervention]
  private let options: RunOptions
  private var fired: [Bool]
  private var cache: KeyValueCache?
  /// Which sequences the cache is of.
  private var cached: [Int] = []
  /// Logits behind the sequences that grow, until tokens are chosen from them.
  private var pending: Tensor?

  /// A generation that has not begun: nothing is run before the first step.
  ///
  /// - Throws: `ModelError.tokens` for prompts without tokens or with tokens that the model lacks;
  ///   `ModelError.sampling` for settings without a meaning; `ModelError.intervention` for one that
  ///   cannot act while sequences grow, or whose site the model lacks.
  public init(
    _ model: any LanguageModel, prompts: [[Int]], sampling: Sampling,
    interventions: [Intervention] = [], options: RunOptions = RunOptions()
  ) throws(ModelError) {
    try sampling.check()
    try model.check(TokenBatch(prompts))
    try Self.check(interventions, model)
    (self.model, self.sampling, self.interventions) = (model, sampling, interventions)
    self.options = options
    fired = Array(repeating: false, count: interventions.count)
    sequences = prompts.map { Sequence(tokens: $0, promptCount: $0.count) }
  }

  /// The logits behind every sequence that grows, [those, V], in their order. The next step chooses
  /// from them.
  public mutating func logits() throws(ModelError) -> Tensor {
    if let pending { return pending }
    let growing = sequences.indices.filter { sequences[$0].isGrowing }
    precondition(!growing.isEmpty, "no sequence grows any more")
    let found = try run(growing)
    (cache, cached, pending) = (found.cache, growing, found.logits)
    return found.logits
  }

  /// Makes one token for every sequence that grows.
  ///
  /// - Returns: The tokens with their sequences; none where no sequence grows.
  /// - Throws: `ModelError.tokens` where learned positions end, `ModelError.sampling` for logits that
  ///   are no numbers, and what an intervention refuses.
  public mutating func step() throws(ModelError) -> [(sequence: Int, token: Int)] {
    let growing = sequences.indices.filter { sequences[$0].isGrowing }
    if growing.isEmpty { return [] }
    let logits = try logits()
    var made: [(sequence: Int, token: Int)] = []
    for (row, index) in growing.enumerated() {
      let sequence = sequences[index]
      let token = try sampling.next(
        logits.rows(row..<row + 1), after: sequence.tokens, sequence: index,
        step: sequence.made.count)
      made.append((index, token))
    }
    for (index, token) in made { sequences[index].tokens.append(token) }
    pending = nil
    return made
  }

  /// Lets a sequence grow no more; the others go on with the bits they would have had beside it.
  public mutating func end(_ sequence: Int) {
    guard sequences[sequence].isGrowing else { return }
    if let logits = pending {
      let others = sequences.indices.filter { sequences[$0].isGrowing }.enumerated().filter {
        $0.element != sequence
      }
      pending = others.isEmpty ? nil : logits.gathered(rows: others.map(\.offset))
    }
    sequences[sequence].isGrowing = false
  }

  /// Says whether all that was asked for has happened.
  ///
  /// - Throws: `ModelError.intervention` naming one that acted at no step.
  public func finish() throws(ModelError) {
    guard let index = fired.firstIndex(of: false) else { return }
    let one = interventions[index]
    throw ModelError(
      .intervention,
      "the intervention at '\(one.site)\(one.selection)' never fired: none of the positions that "
        + "were run is among those it selects")
  }
}

// MARK: - Running
extension Generation {
  /// Runs what is not cached of some sequences.
  private mutating func run(_ growing: [Int]) throws(ModelError) -> Continuation {
    var parts = growing.map { index -> (sequence: Int, length: Int)? in
      cached.firstIndex(of: index).map { ($0, cache?.tokens[$0].count ?? 0) }
    }
    var run = try begin(growing, parts)
    // Sequences whose keys do not fit any more begin anew.
    if let prefix = run.options.prefix, !prefix.fits(run) {
      for place in growing.indices where !prefix.fits(run, place) { parts[place]?.length = 0 }
      run = try begin(growing, parts)
    }
    let last = run.batch.offsets.dropFirst().map { $0 - 1 }
    if interventions.isEmpty {
      var tap = NoTap()
      return model.continued(run, logitsOf: last, &tap)
    }
    let grown = zip(growing, run.starts).map { ($0, $1, sequences[$0].tokens.count) }
    var tap = InterventionTap(
      interventions, steps: RunRows.steps(grown, prompts: sequences.map(\.promptCount)))
    let found = model.continued(run, logitsOf: last, &tap)
    try tap.checkFailure()
    for index in fired.indices where tap.fired[index] { fired[index] = true }
    return found
  }

  private func begin(
    _ growing: [Int], _ parts: [(sequence: Int, length: Int)?]
  ) throws(ModelError) -> Run {
    let batch = try TokenBatch(
      zip(growing, parts).map { Array(sequences[$0].tokens[($1?.length ?? 0)...]) })
    var options = options
    options.prefix = cache.map { cache in RunPrefix(cache, parts.map { $0 ?? (0, 0) }) }
    try model.check(batch, after: options.prefix)
    return model.begin(batch, options)
  }

  private static func check(
    _ interventions: [Intervention], _ model: any LanguageModel
  ) throws(ModelError) {
    let sites = interventions.isEmpty ? [] : Set(model.sites)
    for one in interventions {
      guard sites.contains(one.site) else {
        throw ModelError(
          .intervention,
          "the intervention at '\(one.site)\(one.selection)' never fires: this model has no such "
            + "site; 'cajal inspect' lists the sites")
      }
      switch one.action {
      case .meanAblate(nil), .resampleAblate(nil, _):
        throw ModelError(
          .intervention,
          "at '\(one.site)' the positions of the run itself cannot stand in for others while it "
            + "grows, for each new one would change the past; record the site and give the file, as "
            + "in \"mean \(one.site) @trace.safetensors\"")
      default: break
      }
    }
  }
}
