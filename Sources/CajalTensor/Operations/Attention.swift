// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// What a query sees, and how its scores are formed.
public struct AttentionShape: Sendable, Codable, Equatable {
  /// Factor of the scores, usually 1 / √K.
  public var scale: Float
  /// Position j is visible from i only when i - j < window; nil is no limit.
  public var window: Int?
  /// Scores become cap · tanh(score / cap); nil is none.
  public var cap: Float?
  /// Whether later positions are invisible.
  public var causal: Bool

  /// See the properties.
  public init(scale: Float, window: Int? = nil, cap: Float? = nil, causal: Bool = true) {
    self.scale = scale
    self.window = window
    self.cap = cap
    self.causal = causal
  }
}

/// Attention over sequences that lie end to end.
///
/// Queries are `[N, H, K]`, keys `[M, G, K]`, values `[M, G, Kv]`; head h reads group h / (H / G).
/// Sequence s has the queries `queryOffsets[s]..<queryOffsets[s + 1]` and the keys
/// `keyOffsets[s]..<keyOffsets[s + 1]`, at least as many; query i of n with m keys stands at position
/// m - n + i. Scores and patterns are `[H, N, longest]`, the column being the position in the row's
/// own sequence. Each score is one multiply-add chain over K, each output one over the visible
/// positions from the first, so a row's bits do not depend on which other rows there are. The fused
/// form has the bits of the three steps.
public struct Attention: Sendable {
  /// What a query sees.
  public let shape: AttentionShape
  /// Boundaries of the sequences among the queries: count + 1 numbers from 0.
  public let queryOffsets: [Int]
  /// Boundaries of the sequences among the keys.
  public let keyOffsets: [Int]

  /// Sequences with fewer queries than keys, as with a key-value cache.
  public init(_ shape: AttentionShape, queryOffsets: [Int], keyOffsets: [Int]) {
    precondition(
      queryOffsets.count == keyOffsets.count && !keyOffsets.isEmpty && queryOffsets[0] == 0
        && keyOffsets[0] == 0, "sequence boundaries \(queryOffsets) and \(keyOffsets)")
    for s in 1..<max(keyOffsets.count, 1) {
      let queries = queryOffsets[s] - queryOffsets[s - 1]
      precondition(
        queries >= 0 && keyOffsets[s] - keyOffsets[s - 1] >= queries,
        "sequence \(s - 1) has more queries than keys: \(queryOffsets) and \(keyOffsets)")
    }
    precondition(shape.window ?? 1 > 0, "an attention window of \(shape.window ?? 0)")
    precondition(shape.cap ?? 1 > 0, "an attention cap of \(shape.cap ?? 0)")
    self.shape = shape
    self.queryOffsets = queryOffsets
    self.keyOffsets = keyOffsets
  }

  /// Sequences whose every position is a query.
  public init(_ shape: AttentionShape, offsets: [Int]) {
    self.init(shape, queryOffsets: offsets, keyOffsets: offsets)
  }

  /// Keys of the longest sequence: columns of scores and pattern.
  public var longest: Int {
    zip(keyOffsets, keyOffsets.dropFirst()).reduce(0) { max($0, $1.1 - $1.0) }
  }

  // MARK: The three steps, and all at once

  /// Scaled and capped scores `[H, N, longest]`, minus infinity where not visible.
  public func scores(_ query: Tensor, _ key: Tensor) -> Tensor {
    let sizes = sizes(query, key: key, value: nil)
    let longest = longest
    return Tensor(shape: [sizes.heads, sizes.queries, longest]) { out in
      let keys = PackedSequences(key, offsets: keyOffsets, transposed: true)
      query.withFloats { query in
        let (query, out) = (query.baseAddress, out.baseAddress)
        forEachTask(sizes) { task, group, sequence in
          guard let query, let out else { return }
          var task = task
          let first = queryOffsets[sequence]
          task.query = query + (first * sizes.heads + group * task.heads) * sizes.width
          task.key_panels = keys.panels(sequence, group)
          task.scores = out + (group * task.heads * sizes.queries + first) * longest
          precondition(cajal_attention_scores(&task), "no memory for attention scores")
        }
      }
    }
  }

  /// Softmax of the visible scores; zero elsewhere, and zeros where all are minus infinity.
  public func pattern(_ scores: Tensor) -> Tensor {
    precondition(
      scores.rank == 3 && scores.shape[1] == queryOffsets.last && scores.shape[2] == longest,
      "scores \(scores.shape) for \(queryOffsets.last ?? 0) queries and \(longest) positions")
    let sizes = Sizes(
      queries: scores.shape[1], heads: scores.shape[0], groups: scores.shape[0], width: 0,
      valueWidth: 0)
    let longest = longest
    return Tensor(shape: scores.shape) { out in
      scores.withFloats { scores in
        let (scores, out) = (scores.baseAddress, out.baseAddress)
        forEachTask(sizes) { task, head, sequence in
          guard let scores, let out else { return }
          var task = task
          let at = (head * sizes.queries + queryOffsets[sequence]) * longest
          task.pattern = scores + at
          task.scores = out + at
          cajal_attention_pattern(&task)
        }
      }
    }
  }

  /// Pattern times values, `[N, H, Kv]`. Only visible positions are read.
  public func mix(_ pattern: Tensor, _ value: Tensor) -> Tensor {
    precondition(
      pattern.rank == 3 && pattern.shape[1] == queryOffsets.last && pattern.shape[2] == longest,
      "pattern \(pattern.shape) for \(queryOffsets.last ?? 0) queries and \(longest) positions")
    precondition(
      value.rank == 3 && value.shape[0] == keyOffsets.last && value.shape[1] > 0
        && pattern.shape[0] % value.shape[1] == 0,
      "pattern \(pattern.shape) with values \(value.shape)")
    let sizes = Sizes(
      queries: pattern.shape[1], heads: pattern.shape[0], groups: value.shape[1], width: 0,
      valueWidth: value.shape[2])
    let longest = longest
    return Tensor(shape: [sizes.queries, sizes.heads, sizes.valueWidth]) { out in
      let values = PackedSequences(value, offsets: keyOffsets, transposed: false)
      pattern.withFloats { pattern in
        let (pattern, out) = (pattern.baseAddress, out.baseAddress)
        forEachTask(sizes) { task, group, sequence in
          guard let pattern, let out else { return }
          var task = task
          let first = queryOffsets[sequence]
          task.value_panels = values.panels(sequence, group)
          task.pattern = pattern + (group * task.heads * sizes.queries + first) * longest
          task.out = out + (first * sizes.heads + group * task.heads) * sizes.valueWidth
          precondition(cajal_attention_mix(&task), "no memory for attention")
        }
      }
    }
  }

  /// `mix(pattern(scores(query, key)), value)` without keeping scores or pattern, with equal bits.
  public func fused(_ query: Tensor, _ key: Tensor, _ value: Tensor) -> Tensor {
    let sizes = sizes(query, key: key, value: value)
    return Tensor(shape: [sizes.queries, sizes.heads, sizes.valueWidth]) { out in
      let keys = PackedSequences(key, offsets: keyOffsets, transposed: true)
      let values = PackedSequences(value, offsets: keyOffsets, transposed: false)
      query.withFloats { query in
        let (query, out) = (query.baseAddress, out.baseAddress)
        forEachTask(sizes) { task, group, sequence in
          guard let query, let out else { return }
          var task = task
          let first = queryOffsets[sequence]
          task.query = query + (first * sizes.heads + group * task.heads) * sizes.width
          task.key_panels = keys.panels(sequence, group)
          task.value_panels = values.panels(sequence, group)
          task.out = out + (first * sizes.heads + group * task.heads) * sizes.valueWidth
          precondition(cajal_attention_fused(&task), "no memory for attention")
        }
      }
    }
  }

  // MARK: Tasks

  /// Extents of the operands.
  private struct Sizes {
    let queries: Int
    let heads: Int
    let groups: Int
    let width: Int
    let valueWidth: Int
  }

  private func sizes(_ query: Tensor, key: Tensor, value: Tensor?) -> Sizes {
    precondition(
      query.rank == 3 && key.rank == 3 && query.shape[2] == key.shape[2] && key.shape[1] > 0
        && query.shape[1] % key.shape[1] == 0,
      "queries \(query.shape) and keys \(key.shape) do not fit")
    precondition(
      query.shape[0] == queryOffsets.last && key.shape[0] == keyOffsets.last,
      "queries \(query.shape) and keys \(key.shape) for boundaries \(queryOffsets), \(keyOffsets)")
    if let value {
      precondition(
        value.rank == 3 && value.shape[0] == key.shape[0] && value.shape[1] == key.shape[1],
        "keys \(key.shape) and values \(value.shape) do not fit")
    }
    return Sizes(
      queries: query.shape[0], heads: query.shape[1], groups: key.shape[1], width: query.shape[2],
      valueWidth: value?.shape[2] ?? 0)
  }

  /// Calls `body` for blocks of 48 rows (a query in a head is a row) of every group and sequence,
  /// the longest work of a causal sequence first.
  private func forEachTask(
    _ sizes: Sizes, _ body: (_ task: cajal_attention, _ group: Int, _ sequence: Int) -> Void
  ) {
    guard sizes.queries > 0, sizes.heads > 0 else { return }
    let headsInGroup = sizes.heads / sizes.groups
    let block = max(1, 48 / headsInGroup)
    var blocks: [(sequence: Int, first: Int, last: Int)] = []
    for sequence in 0..<queryOffsets.count - 1 {
      let queries = queryOffsets[sequence + 1] - queryOffsets[sequence]
      for first in stride(from: 0, to: queries, by: block).reversed() {
        blocks.append((sequence, first, min(first + block, queries)))
      }
    }
    let longest = longest
    Threads.forEachUnchecked(blocks.count * sizes.groups) { [blocks] index in
      let (sequence, first, last) = blocks[index / sizes.groups]
      let keys = keyOffsets[sequence + 1] - keyOffsets[sequence]
      var task = cajal_attention()
      task.query_stride = sizes.heads * sizes.width
      task.heads = headsInGroup
      task.first = first
      task.last = last
      task.keys = keys
      task.position = keys - (queryOffsets[sequence + 1] - queryOffsets[sequence])
      task.width = sizes.width
      task.value_width = sizes.valueWidth
      task.scale = shape.scale
      task.cap = shape.cap ?? 0
      task.window = shape.window ?? 0
      task.causal = shape.causal
      task.longest = longest
      task.score_head_stride = sizes.queries * longest
      task.score_stride = longest
      task.out_stride = sizes.heads * sizes.valueWidth
      body(task, index % sizes.groups, sequence)
    }
  }
}

// MARK: As functions, when every position is a query

/// `Attention.scores` of sequences with these boundaries: `[H, N, longest]`.
public func attentionScores(
  _ query: Tensor, _ key: Tensor, offsets: [Int], shape: AttentionShape
) -> Tensor {
  Attention(shape, offsets: offsets).scores(query, key)
}

/// `Attention.pattern` of sequences with these boundaries: `[H, N, longest]`.
public func attentionPattern(_ scores: Tensor, offsets: [Int], shape: AttentionShape) -> Tensor {
  Attention(shape, offsets: offsets).pattern(scores)
}

/// `Attention.mix` of sequences with these boundaries: `[N, H, Kv]`.
public func attentionMix(
  _ pattern: Tensor, _ value: Tensor, offsets: [Int], shape: AttentionShape
) -> Tensor {
  Attention(shape, offsets: offsets).mix(pattern, value)
}

/// `Attention.fused` of sequences with these boundaries: `[N, H, Kv]`.
public func fusedAttention(
  _ query: Tensor, _ key: Tensor, _ value: Tensor, offsets: [Int], shape: AttentionShape
) -> Tensor {
  Attention(shape, offsets: offsets).fused(query, key, value)
}
