// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

extension Attention {
  /// Extents of the operands.
  struct Sizes {
    let rows: Int
    let heads: Int
    let groups: Int
    let width: Int
    let valueWidth: Int
  }

  /// Checks queries, keys and values.
  func sizes(_ query: Tensor, key: Tensor, value: Tensor?) -> Sizes {
    precondition(
      query.rank == 3 && key.rank == 3 && query.shape[2] == key.shape[2] && key.shape[1] > 0
        && query.shape[1] % key.shape[1] == 0,
      "queries \(query.shape) and keys \(key.shape) do not fit")
    precondition(
      query.shape[0] == offsets.last && key.shape[0] == offsets.last,
      "queries \(query.shape) and keys \(key.shape) for boundaries \(offsets)")
    if let value {
      precondition(
        value.rank == 3 && value.shape[0] == key.shape[0] && value.shape[1] == key.shape[1],
        "keys \(key.shape) and values \(value.shape) do not fit")
    }
    checkPrefixes(groups: key.shape[1], keyWidth: key.shape[2], valueWidth: value?.shape[2])
    return Sizes(
      rows: query.shape[0], heads: query.shape[1], groups: key.shape[1], width: query.shape[2],
      valueWidth: value?.shape[2] ?? 0)
  }

  /// Checks scores or a pattern, whose every head is a group.
  func sizes(scores: Tensor) -> Sizes {
    precondition(
      scores.rank == 3 && scores.shape[1] == offsets.last && scores.shape[2] == longest,
      "scores \(scores.shape) for \(offsets.last ?? 0) rows and \(longest) positions")
    return Sizes(
      rows: scores.shape[1], heads: scores.shape[0], groups: scores.shape[0], width: 0,
      valueWidth: 0)
  }

  /// Checks a pattern and values.
  func sizes(pattern: Tensor, value: Tensor) -> Sizes {
    precondition(
      pattern.rank == 3 && pattern.shape[1] == offsets.last && pattern.shape[2] == longest,
      "pattern \(pattern.shape) for \(offsets.last ?? 0) rows and \(longest) positions")
    precondition(
      value.rank == 3 && value.shape[0] == offsets.last && value.shape[1] > 0
        && pattern.shape[0] % value.shape[1] == 0,
      "pattern \(pattern.shape) with values \(value.shape)")
    checkPrefixes(groups: value.shape[1], keyWidth: nil, valueWidth: value.shape[2])
    return Sizes(
      rows: pattern.shape[1], heads: pattern.shape[0], groups: value.shape[1], width: 0,
      valueWidth: value.shape[2])
  }

  private func checkPrefixes(groups: Int, keyWidth: Int?, valueWidth: Int?) {
    for case let prefix? in prefixes where prefix.count > 0 {
      precondition(
        prefix.groups == groups && keyWidth ?? prefix.keyWidth == prefix.keyWidth
          && valueWidth ?? prefix.valueWidth == prefix.valueWidth,
        "a prefix of \(prefix.groups) heads with keys of \(prefix.keyWidth) and values of "
          + "\(prefix.valueWidth) for \(groups) heads")
    }
  }

  /// The packed prefix of a sequence; without keys and values when there is none.
  func prefix(_ sequence: Int, _ group: Int) -> cajal_positions {
    prefixes.isEmpty ? cajal_positions() : prefixes[sequence]?.positions(group) ?? cajal_positions()
  }

  /// Calls `body` for blocks of rows of every group and sequence, the longest work of a causal
  /// sequence first.
  func forEachTask(
    _ sizes: Sizes, _ body: (_ task: cajal_attention, _ group: Int, _ sequence: Int) -> Void
  ) {
    guard sizes.rows > 0, sizes.heads > 0 else { return }
    let headsInGroup = sizes.heads / sizes.groups
    let block = headsInGroup == 1 ? 48 : 24  // whole tiles of 6 or 12 rows
    var blocks: [(sequence: Int, first: Int, last: Int)] = []
    for sequence in 0..<offsets.count - 1 {
      let rows = rowCount(sequence)
      for first in stride(from: 0, to: rows, by: block).reversed() {
        blocks.append((sequence, first, min(first + block, rows)))
      }
    }
    Threads.forEachUnchecked(blocks.count * sizes.groups) { [blocks] index in
      let (sequence, first, last) = blocks[index / sizes.groups]
      var task = task(sizes, heads: headsInGroup, sequence: sequence)
      (task.first, task.last) = (first, last)
      body(task, index % sizes.groups, sequence)
    }
  }

  /// All rows of a sequence in some heads, without pointers.
  func task(_ sizes: Sizes, heads: Int, sequence: Int) -> cajal_attention {
    let longest = longest
    var task = cajal_attention()
    task.query_stride = sizes.heads * sizes.width
    task.heads = heads
    task.last = rowCount(sequence)
    task.prefix.count = prefixCount(sequence)
    task.fresh.count = rowCount(sequence)
    task.width = sizes.width
    task.value_width = sizes.valueWidth
    task.scale = shape.scale
    task.cap = shape.cap ?? 0
    task.window = shape.window ?? 0
    task.causal = shape.causal
    task.longest = longest
    task.score_head_stride = sizes.rows * longest
    task.score_stride = longest
    task.out_stride = sizes.heads * sizes.valueWidth
    return task
  }
}
