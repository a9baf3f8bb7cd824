// SPDX-License-Identifier: Apache-2.0
internal import CajalTensor

/// What holds for one whole run, made by `LanguageModel.begin`: the batch, where its rows stand, and
/// the tables that depend on them.
public struct Run: Sendable {
  /// The packed tokens.
  public let batch: TokenBatch
  /// Each row's position in its own sequence, prefix included, [N].
  public let positions: [Int]
  /// The position of each sequence's first row: the length of its prefix.
  public let starts: [Int]
  /// What was asked of the run.
  public let options: RunOptions
  /// Rotary tables, in the order in which the architecture made them; empty without rotary embedding.
  public let rotary: [RotaryTable]

  /// A run over `batch`.
  public init(_ batch: TokenBatch, _ options: RunOptions, rotary: [RotaryEmbedding] = []) {
    self.batch = batch
    self.options = options
    let before = options.prefix?.parts.map(\.length)
    precondition(
      before?.count ?? batch.sequenceCount == batch.sequenceCount,
      "\(before?.count ?? 0) prefixes for \(batch.sequenceCount) sequences")
    starts = before ?? Array(repeating: 0, count: batch.sequenceCount)
    positions = (0..<batch.sequenceCount).flatMap { [starts] sequence in
      batch.rows(of: sequence).map { starts[sequence] + $0 - batch.offsets[sequence] }
    }
    self.rotary = rotary.map { [starts] in $0.table(for: batch, starts: starts) }
  }

  /// Whether pull-backs take the denominators of norms as constants.
  var freezesNormScales: Bool { options.frozen.contains(.normScales) }
}

/// What may be asked of a run beside its tokens.
public struct RunOptions: Sendable {
  /// Whether attention may take the fused path where nobody watches its inside. The bits are the same
  /// either way; turning it off serves to show that.
  public var allowsFusedAttention = true
  /// What precedes the sequences; the batch holds only what is new.
  public var prefix: RunPrefix?
  /// What is held while cotangents flow, though the forward pass computes it as ever.
  public var frozen: Frozen = []
  /// Where pull-backs leave the gradients of weights; nil when nobody wants them.
  public var weightGradients: WeightGradients?
  /// Asked behind every layer on the way forward, and before it on the way back: tells how far the run
  /// is. False ends the run on its way forward with `ModelError.interrupted`.
  public var continues: (@Sendable (Passage) -> Bool)?
  /// Whether a pull-back computes each layer again instead of keeping what happened inside: memory of
  /// one layer instead of all, for one more forward pass. The bits are the same.
  public var recomputesLayers = false

  /// The defaults.
  public init() {}

  /// How far a run is.
  public enum Passage: Sendable, Equatable {
    /// Behind this layer.
    case forward(Int)
    /// The pull-back is through this layer.
    case back(Int)
  }

  /// Parts of a model that a pull-back takes as constants.
  public struct Frozen: OptionSet, Sendable {
    /// One bit a part.
    public let rawValue: Int
    /// The parts of these bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Attention patterns: cotangents reach values only, not queries and keys.
    public static let attentionPatterns = Frozen(rawValue: 1)
    /// The denominators of all norms; a layer norm's mean still moves.
    public static let normScales = Frozen(rawValue: 2)
  }
}
