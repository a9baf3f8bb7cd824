// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// A checkpoint given meaning: a map from tokens to logits that can be watched, changed, entered and
/// left at any layer.
///
/// A model is an immutable value. A forward pass is `begin`, `embed`, every `layer` in order,
/// `unembed`; plain, recorded and intervened runs are that same code.
public protocol LanguageModel: Sendable {
  /// Counts and widths.
  var shape: ModelShape { get }
  /// Exactly the sites a forward pass visits, in order.
  var sites: [Site] { get }
  /// How a layer's outputs add up.
  var residualIdentity: ResidualIdentity { get }
  /// The weights by the checkpoint's names, in the file's layout.
  var weights: Weights { get }
  /// Prepares a run over a batch that `check` accepts: positions and rotary tables.
  func begin(_ batch: TokenBatch, _ options: RunOptions) -> Run
  /// The residual stream before the first layer, [N, D].
  func embed(_ run: Run, _ tap: inout some Tap) -> Tensor
  /// One layer: the residual stream after it from the one before it, both [N, D].
  func layer(_ index: Int, _ x: Tensor, _ run: Run, _ tap: inout some Tap) -> Tensor
  /// Logits, [N, V] (`shape.answers` of them), of a residual stream [N, D].
  func unembed(_ x: Tensor, _ run: Run, _ tap: inout some Tap) -> Tensor
  /// The same model with some weights changed; it shares all others.
  ///
  /// Names are the checkpoint's, shapes the file's; anything else is a programming error.
  func replacing(_ edits: [String: Tensor]) -> Self
}

/// Counts and widths of a model, without behaviour.
public struct ModelShape: Sendable, Equatable, Codable {
  /// L, layers.
  public var layers: Int
  /// D, the width of the residual stream.
  public var width: Int
  /// H, attention heads.
  public var heads: Int
  /// Key-value heads; H without grouping.
  public var keyValueHeads: Int
  /// K, components of a head.
  public var headWidth: Int
  /// F, neurons of an MLP (of one expert in a mixture); 0 without MLP.
  public var hiddenWidth: Int
  /// V, the vocabulary.
  public var vocabulary: Int
  /// The longest sequence the positions were made for.
  public var context: Int
  /// Whether a longer sequence cannot be run (learned positions) rather than being merely unusual.
  public var contextIsLimit: Bool
  /// Experts of a mixture; 0 without.
  public var experts: Int = 0
  /// How many logits there are: the vocabulary, unless a model answers in other tokens than it reads.
  public var answers: Int

  /// The given counts; `keyValueHeads` defaults to `heads`.
  public init(
    layers: Int, width: Int, heads: Int, keyValueHeads: Int? = nil, headWidth: Int,
    hiddenWidth: Int, vocabulary: Int, context: Int, contextIsLimit: Bool = false, experts: Int = 0
  ) {
    self.layers = layers
    self.width = width
    self.heads = heads
    self.keyValueHeads = keyValueHeads ?? heads
    self.headWidth = headWidth
    self.hiddenWidth = hiddenWidth
    self.vocabulary = vocabulary
    answers = vocabulary
    self.context = context
    self.contextIsLimit = contextIsLimit
    self.experts = experts
  }
}

/// How the outputs of attention and MLP enter the residual stream.
public enum ResidualIdentity: String, Sendable, Codable {
  /// residualMid = residualPre + attentionOut; residualPost = residualMid + mlpOut.
  case sequential
  /// residualPost = residualPre + attentionOut + mlpOut.
  case parallel
  /// residualPost = residualPre + attentionOut: layers without MLP.
  case attentionOnly
  /// residualMid = norm(residualPre + attentionOut); residualPost = norm(residualMid + mlpOut). The
  /// norms stand in the stream itself, so components do not add up across layers.
  case normalizedSum
}

// MARK: - Running
/// Where a run begins.
public enum RunStart: Sendable {
  /// At the tokens.
  case tokens
  /// Before a layer, with the residual stream given, [N, D]; a layer count beyond the last means
  /// before the final norm.
  case layer(Int, Tensor)
}

/// Where a run ends.
public enum RunEnd: Sendable, Equatable {
  /// Before a layer: the result is the residual stream that would enter it, [N, D].
  case layer(Int)
  /// After the unembedding: the result is the logits, [N, V].
  case logits
}

extension LanguageModel {
  /// Runs the model, or a stretch of its layers, handing every value to `tap`.
  ///
  /// - Throws: `ModelError.tokens` when a token is outside the vocabulary or a sequence too long.
  public func run(
    _ batch: TokenBatch, from start: RunStart = .tokens, until end: RunEnd = .logits,
    options: RunOptions = RunOptions(), tap: inout some Tap
  ) throws(ModelError) -> Tensor {
    try check(batch, after: options.prefix)
    let run = begin(batch, options)
    guard options.prefix?.fits(run) ?? true else { throw .otherFrequencies }
    var x: Tensor
    var first = 0
    switch start {
    case .tokens: x = embed(run, &tap)
    case .layer(let index, let residual):
      precondition(
        residual.shape == [batch.count, shape.width] && (0...shape.layers).contains(index),
        "a residual \(residual.shape) cannot enter layer \(index) of \(shape)")
      (x, first) = (residual, index)
    }
    let last = if case .layer(let index) = end { index } else { shape.layers }
    precondition(first <= last && last <= shape.layers, "no layers \(first)..<\(last)")
    for index in first..<last {
      if let continues = options.continues, x.isTracked || options.weightGradients != nil {
        x = x.watched { _ in _ = continues(.back(index)) }
      }
      x = options.recomputesLayers ? recomputed(index, x, run, &tap) : layer(index, x, run, &tap)
      guard options.continues?(.forward(index)) ?? true else {
        throw ModelError(.interrupted, "the run was ended behind layer \(index)")
      }
    }
    return end == .logits ? unembed(x, run, &tap) : x
  }

  /// One layer whose inside is not kept for a pull-back but computed again in it.
  private func recomputed<SomeTap: Tap>(
    _ index: Int, _ x: Tensor, _ run: Run, _ tap: inout SomeTap
  ) -> Tensor {
    // A tap is a value, and the pull-back runs on the thread that calls it.
    nonisolated(unsafe) let before = tap
    let plain = x.detached
    let value = layer(index, plain, run, &tap)
    return value.detached.derived(from: [x], always: value.isTracked) { cotangent, wanted in
      var tap = before
      let leaf = plain.tracked()
      let again = layer(index, leaf, run, &tap)
      let found = pullBack([(again, cotangent)], to: [leaf], releasing: true)
      return wanted[0] ? found : [nil]
    }
  }

  /// Logits, [N, V], of a plain run.
  ///
  /// - Throws: `ModelError.tokens` as `run`.
  public func logits(_ batch: TokenBatch) throws(ModelError) -> Tensor {
    var tap = NoTap()
    return try run(batch, tap: &tap)
  }

  /// Refuses tokens outside the vocabulary, and sequences longer than learned positions reach.
  public func check(
    _ batch: TokenBatch, after prefix: RunPrefix? = nil
  ) throws(ModelError) {
    if let bad = batch.tokens.firstIndex(where: { Int($0) >= shape.vocabulary }) {
      throw ModelError(
        .tokens,
        "token \(batch.tokens[bad]) is outside the vocabulary of \(shape.vocabulary) tokens")
    }
    let longest = (0..<batch.sequenceCount).reduce(0) {
      max($0, (prefix?.parts[$1].length ?? 0) + batch.rows(of: $1).count)
    }
    if shape.contextIsLimit, longest > shape.context {
      throw ModelError(
        .tokens,
        "a sequence of \(longest) tokens is longer than the \(shape.context) positions "
          + "this model has learned; shorten it")
    }
  }
}
