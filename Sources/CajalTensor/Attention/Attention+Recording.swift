// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

extension Attention {
  /// The values between the steps.
  public enum Step: Sendable {
    /// Of `scores`.
    case scores
    /// Of `pattern`.
    case pattern
  }

  /// The three steps with their bits and their pasts, for those who look at scores and pattern: both
  /// are laid out in one pass with the output.
  ///
  /// - Parameter visit: sees the scores and then the pattern and returns what shall stand for them.
  ///   What it returns unchanged costs nothing more; steps after a changed one are done again.
  /// - Returns: the output `[N, H, Kv]`.
  public func recorded(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, _ visit: (Step, Tensor) -> Tensor
  ) -> Tensor {
    let made = allAtOnce(query, key, value)
    let scores = visit(.scores, derived(scores: made.scores, query, key))
    let isPattern = scores.isView(of: made.scores)
    let pattern = visit(
      .pattern, isPattern ? derived(pattern: made.pattern, scores) : self.pattern(scores))
    guard isPattern, pattern.isView(of: made.pattern) else { return mix(pattern, value) }
    return derived(mixed: made.mixed, pattern, value)
  }

  /// Scores, pattern and output, plain.
  private func allAtOnce(
    _ query: Tensor, _ key: Tensor, _ value: Tensor
  ) -> (scores: Tensor, pattern: Tensor, mixed: Tensor) {
    let sizes = sizes(query, key: key, value: value)
    let keys = PackedPositions(key, offsets: offsets, layout: .panels)
    let values = PackedPositions(value, offsets: offsets, layout: .rows)
    let square = [sizes.heads, sizes.rows, longest]
    let scores = AttentionGradient.Target(square)
    let pattern = AttentionGradient.Target(square)
    let mixed = AttentionGradient.Target([sizes.rows, sizes.heads, sizes.valueWidth])
    query.withFloats { query in
      let query = query.baseAddress
      forEachTask(sizes) { task, group, sequence in
        guard let query, let scores = scores.base, let pattern = pattern.base,
          let mixed = mixed.base
        else { return }
        var task = task
        let first = offsets[sequence]
        let row = first * sizes.heads + group * task.heads
        let square = (group * task.heads * sizes.rows + first) * longest
        task.prefix = prefix(sequence, group)
        task.query = query + row * sizes.width
        task.fresh.keys = keys.start(sequence, group)
        task.fresh.values = values.start(sequence, group)
        task.scores = scores + square
        task.recorded_pattern = pattern + square
        task.out = mixed + row * sizes.valueWidth
        precondition(cajal_attention_recorded(&task), "no memory for attention")
      }
    }
    return (scores.tensor, pattern.tensor, mixed.tensor)
  }

  // MARK: The steps' pasts

  /// Scores made from query and key.
  func derived(scores: Tensor, _ query: Tensor, _ key: Tensor) -> Tensor {
    let kept = shape.cap == nil ? nil : scores
    let (plainQuery, plainKey) = (query.detached, key.detached)
    return scores.derived(from: [query, key]) { cotangent, wanted in
      pullBackScores(plainQuery, plainKey, scores: kept, cotangent, wanted)
    }
  }

  /// The pattern made from scores.
  func derived(pattern: Tensor, _ scores: Tensor) -> Tensor {
    pattern.derived(from: [scores]) { cotangent, _ in [pullBackPattern(pattern, cotangent)] }
  }

  /// The output made from pattern and values.
  func derived(mixed: Tensor, _ pattern: Tensor, _ value: Tensor) -> Tensor {
    let (plainPattern, plainValue) = (pattern.detached, value.detached)
    return mixed.derived(from: [frozenPattern ? nil : pattern, value]) { cotangent, wanted in
      pullBackMix(plainPattern, plainValue, cotangent, wanted)
    }
  }
}
