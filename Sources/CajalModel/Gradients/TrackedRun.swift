// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// A run that remembers how its values came about, so that cotangents can be pulled back through it,
/// as often as wanted.
public struct TrackedRun: Sendable {
  /// The values at the watched sites, and of what else was recorded.
  public let trace: Trace
  /// What the run led to: logits `[N, V]`, or the residual stream where it ended before.
  public let output: Tensor
  private let tracked: [Site: Tensor]
  private let cotangents: SiteCotangents

  init(trace: Trace, output: Tensor, tracked: [Site: Tensor], cotangents: SiteCotangents) {
    (self.trace, self.output) = (trace, output)
    (self.tracked, self.cotangents) = (tracked, cotangents)
  }

  /// Pulls cotangents back to every watched site, and to the weights where the run was asked for
  /// their gradients.
  ///
  /// - Parameters:
  ///   - outputs: the run's output, or what was made from it, with cotangents `[C] + shape`.
  ///   - releasing: whether this is the last pull-back, so that memory is given back on the way.
  /// - Returns: for every watched site `[C] + shape`; absent where nothing arrived, which means zero.
  public func pullBack(
    _ outputs: [(value: Tensor, cotangent: Tensor)], releasing: Bool = false
  ) -> [Site: Tensor] {
    _ = cotangents.take()
    CajalTensor.pullBack(outputs, releasing: releasing)
    return cotangents.take()
  }

  /// The same from watched sites, several at once; all cotangents have one C. Sites inside layers that
  /// are computed again (`RunOptions.recomputesLayers`) cannot be sources.
  public func pullBack(
    from sources: [(site: Site, cotangent: Tensor)], releasing: Bool = false
  ) -> [Site: Tensor] {
    let outputs = sources.map { source in
      guard let value = tracked[source.site] else {
        preconditionFailure("\(source.site) was not watched in this run")
      }
      return (value: value, cotangent: source.cotangent)
    }
    return pullBack(outputs, releasing: releasing)
  }
}

/// Keeps the tracked values of the watched sites.
private struct TrackedRecorder: Tap {
  let wanted: Set<Site>
  var values: [Site: Tensor] = [:]
  func wants(_ site: Site) -> Bool { wanted.contains(site) }
  mutating func callAsFunction(_ site: Site, _ value: Tensor) -> Tensor {
    if wanted.contains(site) { values[site] = value }
    return value
  }
}

extension LanguageModel {
  /// Runs the model so that cotangents can be pulled back through the run.
  ///
  /// - Parameters:
  ///   - sites: the sites that keep their cotangents.
  ///   - stopped: the sites behind which nothing flows back.
  ///   - interventions: changes to the run; cotangents flow through them as through the model.
  ///   - options: with `weightGradients`, where the gradients of weights are left; with
  ///     `recomputesLayers`, less memory.
  /// - Throws: `ModelError` from the tokens, or an intervention that does not fit or never fires.
  public func trackedRun(
    _ batch: TokenBatch, at sites: Set<Site>, stopped: Set<Site> = [],
    interventions: [Intervention] = [], from start: RunStart = .tokens,
    until end: RunEnd = .logits, options: RunOptions = RunOptions()
  ) throws(ModelError) -> TrackedRun {
    let watching = GradientTap(wanted: sites, stopped: stopped)
    // The values of layers that are computed again would keep what is not to be kept.
    let kept = options.recomputesLayers ? sites.filter { $0.layer == nil } : sites
    var tap = ChainedTap(
      ChainedTap(InterventionTap(interventions, batch: batch), watching),
      ChainedTap(Recorder(sites), TrackedRecorder(wanted: kept)))
    let output = try run(batch, from: start, until: end, options: options, tap: &tap)
    try tap.first.first.finish()
    return TrackedRun(
      trace: tap.second.first.trace(of: batch), output: output,
      tracked: tap.second.second.values, cotangents: watching.cotangents)
  }
}
