// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// A metric of a run and its derivatives with respect to values inside.
public struct Gradients: Sendable {
  /// The metric of the whole batch.
  public let value: Double
  /// The metric of each sequence.
  public let values: [Double]
  /// The values at the sites.
  public let trace: Trace
  fileprivate let gradients: [Site: Tensor]

  /// The derivative with respect to the value at a watched site, of its shape: zero where the metric
  /// does not depend on it, nil where the site was not watched.
  public subscript(_ site: Site) -> Tensor? {
    guard let value = trace[site] else { return nil }
    return gradients[site]?.reshaped(value.shape) ?? Tensor(zeros: value.shape)
  }
}

extension LanguageModel {
  /// A metric and its gradients at sites, and with respect to weights where `options` names a place
  /// for them.
  ///
  ///     gradient(s) = ∂m / ∂s
  ///
  /// where everything behind s follows it, save what is frozen or stopped.
  ///
  /// - Parameter answers: The batch whose tokens a loss is of, where these are not the tokens of the
  ///   run: of two prompts that are compared, one. Its sequences are as long.
  /// - Cost: one forward pass, and about two more for the way back (three with weights). Only the
  ///   rows that the metric reads are unembedded, unless a site behind the layers is watched.
  /// - Throws: `ModelError` from the tokens, the metric, or an intervention.
  public func gradients(
    of metric: Metric, _ batch: TokenBatch, at sites: Set<Site>, stopped: Set<Site> = [],
    interventions: [Intervention] = [], answers: TokenBatch? = nil,
    options: RunOptions = RunOptions()
  ) throws(ModelError) -> Gradients {
    let answers = answers ?? batch
    precondition(answers.offsets == batch.offsets, "\(answers.offsets) against \(batch.offsets)")
    try metric.check(answers, answers: shape.answers)
    let rows = metric.rows(in: answers)
    let isBehind = { (site: Site) in site.name.isBehindLayers }
    let watchesEnd =
      sites.contains(where: isBehind) || stopped.contains(where: isBehind)
      || interventions.contains { isBehind($0.site) }
    let tracked = try trackedRun(
      batch, at: sites, stopped: stopped, interventions: interventions,
      until: watchesEnd ? .logits : .layer(shape.layers), options: options)
    var logits = tracked.output.gathered(rows: rows)
    if !watchesEnd {
      var tap = NoTap()
      logits = unembed(logits, begin(batch, options), &tap)
    }
    let (values, value, cotangent) = metric.derivative(logits.detached, answers)
    let found = tracked.pullBack(
      [(logits, cotangent.reshaped([1] + cotangent.shape))], releasing: true)
    return Gradients(value: value, values: values, trace: tracked.trace, gradients: found)
  }
}

extension Site.Name {
  /// Whether the site is visited after the last layer.
  var isBehindLayers: Bool {
    switch self {
    case .finalResidual, .finalNormScale, .finalNormalized, .logits: true
    default: false
    }
  }
}
