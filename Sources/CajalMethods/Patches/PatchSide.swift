// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor

/// One prompt of a pair, run once: what patches take from it and start from.
struct PatchSide {
  /// The prompt.
  let batch: TokenBatch
  /// The residual stream before each layer and behind the last, [n, D] each.
  let residuals: [Tensor]
  /// Its keys and values in every layer.
  let cache: KeyValueCache
  /// Whether its rotary tables are those of any shorter sequence. Some scalings turn the positions of
  /// a longer sequence otherwise.
  let hasFixedTables: Bool
  /// The values of the patched sites.
  private let trace: Trace
  /// The positions the metric reads.
  let metricRows: [Int]
  /// Their logits, [rows, V].
  let logits: Tensor
  /// The metric.
  let value: Double

  /// Runs a prompt.
  ///
  /// - Parameter answers: The prompt whose tokens a loss is of.
  /// - Throws: `ModelError` for tokens or a metric outside the vocabulary.
  init(
    _ tokens: [Int], answers: TokenBatch, sites: [Site], metric: Metric,
    on model: some LanguageModel
  ) throws(ModelError) {
    batch = try TokenBatch(tokens)
    try model.check(batch)
    try metric.check(answers, answers: model.shape.answers)
    var tap = ChainedTap(Recorder(Set(sites)), CacheTap())
    let run = model.begin(batch, RunOptions())
    var residuals = [model.embed(run, &tap)]
    for layer in 0..<model.shape.layers {
      residuals.append(model.layer(layer, residuals[layer], run, &tap))
    }
    self.residuals = residuals
    trace = tap.first.trace(of: batch)
    cache = KeyValueCache(run, tap.second)
    let short = model.begin(try TokenBatch(Array(tokens.prefix(2))), RunOptions())
    hasFixedTables = zip(run.rotary, short.rotary).allSatisfy { whole, short in
      whole.cosine.rows(0..<short.cosine.shape[0]).isBitEqual(to: short.cosine)
        && whole.sine.rows(0..<short.sine.shape[0]).isBitEqual(to: short.sine)
    }
    metricRows = metric.rows(in: answers)
    logits = try model.logits(of: residuals[model.shape.layers].gathered(rows: metricRows))
    value = metric.value(logits, answers)
  }

  /// What happened at a site.
  ///
  /// - Throws: `MethodError.site` where the run did not visit it.
  func siteValue(_ site: Site) throws(MethodError) -> SiteValue {
    SiteValue(name: site.name, value: try trace.value(site))
  }
}

extension LanguageModel {
  /// The logits, [rows, V], of rows of the residual stream behind the last layer.
  ///
  /// A row's bits do not depend on the others, so these are rows of the whole product.
  func logits(of residual: Tensor) throws(ModelError) -> Tensor {
    var tap = NoTap()
    let rows = try TokenBatch(Array(repeating: 0, count: residual.shape[0]))
    return unembed(residual, begin(rows, RunOptions()), &tap)
  }
}
