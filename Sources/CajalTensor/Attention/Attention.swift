// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// Attention over sequences that lie end to end, each of which may continue a prefix.
///
/// Queries are `[N, H, K]`, keys `[N, G, K]`, values `[N, G, Kv]`; head h reads group h / (H / G).
/// Sequence s has the rows `offsets[s]..<offsets[s + 1]`. Where it has a prefix of p positions, its
/// first row stands at position p and sees the prefix too. Scores and patterns are `[H, N, longest]`,
/// the column being the position in the whole sequence, prefix included. Each score is one
/// multiply-add chain over K, each output one over the visible positions from the first, so a row's
/// bits depend neither on which other rows there are nor on where the prefix ends. The fused form has
/// the bits of the three steps.
public struct Attention: Sendable {
  /// What a query sees.
  public let shape: AttentionShape
  /// Boundaries of the sequences: count + 1 numbers from 0.
  public let offsets: [Int]
  /// What came before each sequence; empty when nothing did.
  public let prefixes: [KeysValues?]
  /// Whether the pattern is held in pull-backs, so that only values have a cotangent.
  public let frozenPattern: Bool
  /// Positions of the longest sequence with its prefix: columns of scores and pattern.
  public let longest: Int

  /// Attention over sequences with these boundaries.
  ///
  /// - Parameters:
  ///   - prefixes: what came before each sequence, nil for nothing; a constant in pull-backs.
  ///   - frozenPattern: see the property.
  public init(
    _ shape: AttentionShape, offsets: [Int], prefixes: [KeysValues?]? = nil,
    frozenPattern: Bool = false
  ) {
    precondition(
      offsets.first == 0 && zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 },
      "sequence boundaries \(offsets)")
    precondition(
      prefixes.map { $0.count == offsets.count - 1 } ?? true,
      "\(prefixes?.count ?? 0) prefixes for \(offsets.count - 1) sequences")
    precondition(shape.window ?? 1 > 0, "an attention window of \(shape.window ?? 0)")
    precondition(shape.cap ?? 1 > 0, "an attention cap of \(shape.cap ?? 0)")
    self.shape = shape
    self.offsets = offsets
    self.prefixes = prefixes ?? []
    self.frozenPattern = frozenPattern
    longest = (0..<offsets.count - 1).reduce(0) { longest, sequence in
      max(longest, offsets[sequence + 1] - offsets[sequence] + (prefixes?[sequence]?.count ?? 0))
    }
  }

  /// Positions before the first row of a sequence.
  func prefixCount(_ sequence: Int) -> Int {
    prefixes.isEmpty ? 0 : prefixes[sequence]?.count ?? 0
  }

  /// Rows of a sequence.
  func rowCount(_ sequence: Int) -> Int { offsets[sequence + 1] - offsets[sequence] }

  // MARK: The three steps, and all at once

  /// Scaled and capped scores `[H, N, longest]`, minus infinity where not visible.
  public func scores(_ query: Tensor, _ key: Tensor) -> Tensor {
    let sizes = sizes(query, key: key, value: nil)
    let scores = Tensor(shape: [sizes.heads, sizes.rows, longest]) { out in
      let keys = PackedPositions(key, offsets: offsets, layout: .panels)
      query.withFloats { query in
        let (query, out) = (query.baseAddress, out.baseAddress)
        forEachTask(sizes) { task, group, sequence in
          guard let query, let out else { return }
          var task = task
          let first = offsets[sequence]
          task.query = query + (first * sizes.heads + group * task.heads) * sizes.width
          task.prefix = prefix(sequence, group)
          task.fresh.keys = keys.start(sequence, group)
          task.scores = out + (group * task.heads * sizes.rows + first) * longest
          precondition(cajal_attention_scores(&task), "no memory for attention scores")
        }
      }
    }
    return derived(scores: scores, query, key)
  }

  /// Softmax of the visible scores; zero elsewhere, and zeros where all are minus infinity.
  public func pattern(_ scores: Tensor) -> Tensor {
    let sizes = sizes(scores: scores)
    let pattern = Tensor(shape: scores.shape) { out in
      scores.withFloats { scores in
        let (scores, out) = (scores.baseAddress, out.baseAddress)
        forEachTask(sizes) { task, head, sequence in
          guard let scores, let out else { return }
          var task = task
          let at = (head * sizes.rows + offsets[sequence]) * longest
          task.pattern = scores + at
          task.scores = out + at
          cajal_attention_pattern(&task)
        }
      }
    }
    return derived(pattern: pattern, scores)
  }

  /// Pattern times values, `[N, H, Kv]`. Only visible positions are read.
  public func mix(_ pattern: Tensor, _ value: Tensor) -> Tensor {
    let sizes = sizes(pattern: pattern, value: value)
    let mixed = Tensor(shape: [sizes.rows, sizes.heads, sizes.valueWidth]) { out in
      let values = PackedPositions(value, offsets: offsets, layout: .rows)
      pattern.withFloats { pattern in
        let (pattern, out) = (pattern.baseAddress, out.baseAddress)
        forEachTask(sizes) { task, group, sequence in
          guard let pattern, let out else { return }
          var task = task
          let first = offsets[sequence]
          task.prefix = prefix(sequence, group)
          task.fresh.values = values.start(sequence, group)
          task.pattern = pattern + (group * task.heads * sizes.rows + first) * longest
          task.out = out + (first * sizes.heads + group * task.heads) * sizes.valueWidth
          precondition(cajal_attention_mix(&task), "no memory for attention")
        }
      }
    }
    return derived(mixed: mixed, pattern, value)
  }

  /// `mix(pattern(scores(query, key)), value)` without keeping scores or pattern, with equal bits.
  public func fused(_ query: Tensor, _ key: Tensor, _ value: Tensor) -> Tensor {
    let sizes = sizes(query, key: key, value: value)
    let mixed = Tensor(shape: [sizes.rows, sizes.heads, sizes.valueWidth]) { out in
      let keys = PackedPositions(key, offsets: offsets, layout: .panels)
      let values = PackedPositions(value, offsets: offsets, layout: .rows)
      query.withFloats { query in
        let (query, out) = (query.baseAddress, out.baseAddress)
        forEachTask(sizes) { task, group, sequence in
          guard let query, let out else { return }
          var task = task
          let first = offsets[sequence]
          task.query = query + (first * sizes.heads + group * task.heads) * sizes.width
          task.prefix = prefix(sequence, group)
          task.fresh.keys = keys.start(sequence, group)
          task.fresh.values = values.start(sequence, group)
          task.out = out + (first * sizes.heads + group * task.heads) * sizes.valueWidth
          precondition(cajal_attention_fused(&task), "no memory for attention")
        }
      }
    }
    let plain = (query.detached, key.detached, value.detached)
    let inputs = frozenPattern ? [nil, nil, value] : [query, key, value]
    return mixed.derived(from: inputs) { cotangent, wanted in
      pullBackFused(plain, cotangent, wanted)
    }
  }
}
