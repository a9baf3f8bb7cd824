// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// What a run leaves that others are to go on from.
public struct Continuation: Sendable {
  /// Logits of the rows that were asked for, [rows, V].
  public let logits: Tensor
  /// Keys and values of the prefix and of the run itself.
  public let cache: KeyValueCache
}

extension LanguageModel {
  /// Runs tokens behind a cached prefix, or from the beginning, hands every value to `tap`, and keeps
  /// what later runs need.
  ///
  /// Only the logits that are asked for are formed; where the tap wants something behind the last
  /// layer, it is given all rows. The bits are those of a run over the whole sequences.
  ///
  /// ```swift
  /// var tap = NoTap()
  /// let start = try model.continued(TokenBatch(prompt), tap: &tap)
  /// let next = start.logits.argmax()
  /// let more = try model.continued(TokenBatch(next), after: RunPrefix(start.cache), tap: &tap)
  /// ```
  ///
  /// - Parameters:
  ///   - batch: The new tokens of each sequence.
  ///   - prefix: What they follow; nil for nothing.
  ///   - rows: The rows of the batch whose logits are wanted; nil for the last of each sequence.
  ///   - options: What else is asked of the run; its prefix gives way to this one.
  /// - Throws: `ModelError.tokens` as `run`, also where the rotary frequencies of the longer sequence
  ///   are others than those of the prefix.
  public func continued(
    _ batch: TokenBatch, after prefix: RunPrefix? = nil, logitsOf rows: [Int]? = nil,
    options: RunOptions = RunOptions(), tap: inout some Tap
  ) throws(ModelError) -> Continuation {
    var options = options
    options.prefix = prefix
    try check(batch, after: prefix)
    let run = begin(batch, options)
    guard prefix?.fits(run) ?? true else { throw .otherFrequencies }
    return continued(run, logitsOf: rows ?? batch.offsets.dropFirst().map { $0 - 1 }, &tap)
  }

  /// The same for a run that is known to fit its prefix.
  func continued<SomeTap: Tap>(
    _ run: Run, logitsOf rows: [Int], _ tap: inout SomeTap
  ) -> Continuation {
    var both = ChainedTap(tap, CacheTap())
    var x = embed(run, &both)
    for index in 0..<shape.layers { x = layer(index, x, run, &both) }
    let final: [Site.Name] = [.finalResidual, .finalNormScale, .finalNormalized, .logits]
    let logits: Tensor
    if final.contains(where: { both.first.wants(Site($0)) }) {
      logits = unembed(x, run, &both).gathered(rows: rows)
    } else {
      let needed = rows.count == run.batch.count ? x : x.gathered(rows: rows)
      logits = unembed(needed, run, &both)
    }
    tap = both.first
    return Continuation(logits: logits, cache: KeyValueCache(run, both.second))
  }
}

extension ModelError {
  /// The keys of a prefix were turned otherwise than the run's own.
  static var otherFrequencies: ModelError {
    ModelError(
      .tokens,
      "the rotary frequencies change with the length of the text, so that the cached keys do not "
        + "fit it any more; run the prefix again")
  }
}
