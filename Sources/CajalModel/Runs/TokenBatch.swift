// SPDX-License-Identifier: Apache-2.0

/// Sequences of tokens laid end to end, without padding.
public struct TokenBatch: Sendable, Equatable {
  /// The tokens of all sequences, one after the other; N of them.
  public let tokens: [Int32]
  /// Where each sequence starts, and at the end N: one more than there are sequences.
  public let offsets: [Int]

  /// Packs sequences.
  ///
  /// - Throws: `ModelError.tokens` when there is none, one is empty, or an id is negative or beyond
  ///   32 bits.
  public init(_ sequences: [[Int]]) throws(ModelError) {
    guard !sequences.isEmpty else { throw ModelError(.tokens, "there are no tokens to run on") }
    var tokens: [Int32] = []
    var offsets = [0]
    for (index, sequence) in sequences.enumerated() {
      guard !sequence.isEmpty else {
        throw ModelError(.tokens, "sequence \(index) is empty; it needs at least one token")
      }
      for token in sequence {
        guard let id = Int32(exactly: token), id >= 0 else {
          throw ModelError(.tokens, "token \(token) in sequence \(index) is not a token id")
        }
        tokens.append(id)
      }
      offsets.append(tokens.count)
    }
    self.tokens = tokens
    self.offsets = offsets
  }

  /// One sequence.
  public init(_ tokens: [Int]) throws(ModelError) {
    try self.init([tokens])
  }

  /// N, the positions of all sequences.
  public var count: Int { tokens.count }
  /// How many sequences there are.
  public var sequenceCount: Int { offsets.count - 1 }
  /// The length of the longest sequence.
  public var longest: Int {
    (0..<sequenceCount).map { rows(of: $0).count }.max() ?? 0
  }
  /// The packed rows of one sequence.
  public func rows(of sequence: Int) -> Range<Int> {
    offsets[sequence]..<offsets[sequence + 1]
  }
  /// The tokens of one sequence.
  public func sequence(_ index: Int) -> [Int] {
    tokens[rows(of: index)].map(Int.init)
  }
  /// Each row's position in its own sequence.
  public var positions: [Int] {
    (0..<sequenceCount).flatMap { 0..<rows(of: $0).count }
  }
}
