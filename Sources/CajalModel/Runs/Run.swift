// SPDX-License-Identifier: Apache-2.0
internal import CajalTensor

/// What holds for one whole run, made by `LanguageModel.begin`: the batch, where its rows stand, and
/// the tables that depend on them.
public struct Run: Sendable {
  /// The packed tokens.
  public let batch: TokenBatch
  /// Each row's position in its own sequence, [N].
  public let positions: [Int]
  /// What was asked of the run.
  public let options: RunOptions
  /// Rotary tables, in the order in which the architecture made them; empty without rotary embedding.
  public let rotary: [RotaryTable]

  /// A run over `batch`.
  public init(_ batch: TokenBatch, _ options: RunOptions, rotary: [RotaryEmbedding] = []) {
    self.batch = batch
    self.options = options
    positions = batch.positions
    self.rotary = rotary.map { $0.table(for: batch) }
  }
}

/// What may be asked of a run beside its tokens.
public struct RunOptions: Sendable, Equatable {
  /// Whether attention may take the fused path where nobody watches its inside. The bits are the same
  /// either way; turning it off serves to show that.
  public var allowsFusedAttention = true

  /// The defaults.
  public init() {}
}
