// SPDX-License-Identifier: Apache-2.0

/// Rows of a run, seen from the sequences they belong to: what the positions of a selection count in.
///
/// A run of its own has whole sequences. A sequence that grows has rows that came at different times:
/// those of the prompt together, then one after the other. Each row is chosen as it was when it came,
/// by the length that its sequence had then, also when it must be computed again.
struct RunRows: Sendable {
  /// Neighbouring rows of one sequence that came together.
  struct Span: Sendable {
    /// Which sequence.
    let sequence: Int
    /// Where they lie in the run.
    let rows: Range<Int>
    /// The position of the first of them.
    let first: Int
    /// Positions of the sequence when they came.
    let length: Int

    /// The position of one of the rows.
    func position(of row: Int) -> Int { first + row - rows.lowerBound }
  }

  /// The rows.
  let spans: [Span]
  /// How many sequences there are, those without rows here included.
  let sequenceCount: Int
  /// Where the prompts of growing sequences begin and end when they are packed; nil for a run of its
  /// own.
  let promptOffsets: [Int]?

  /// Whether the sequences grow, so that what is not here yet, or any more, is no error.
  var isGrowing: Bool { promptOffsets != nil }

  /// The rows of a run of its own.
  init(_ batch: TokenBatch) {
    spans = (0..<batch.sequenceCount).map {
      let rows = batch.rows(of: $0)
      return Span(sequence: $0, rows: rows, first: 0, length: rows.count)
    }
    sequenceCount = batch.sequenceCount
    promptOffsets = nil
  }

  /// Some rows of growing sequences that came together.
  init(_ spans: [Span], promptOffsets: [Int]) {
    self.spans = spans
    sequenceCount = promptOffsets.count - 1
    self.promptOffsets = promptOffsets
  }

  /// What a row was drawn for: its place in the run, or its position where its sequence grows.
  func drawIndex(of row: Int) -> Int {
    guard isGrowing, let span = spans.first(where: { $0.rows.contains(row) }) else { return row }
    return span.sequence << 32 | span.position(of: row)
  }

  /// The row of a trace of `count` positions that belongs to a row here; nil where the trace ends
  /// before.
  ///
  /// One sequence takes the trace position by position; several take a trace of their packed prompts.
  func traceRow(of row: Int, count: Int) -> Int? {
    guard let promptOffsets else { return row }
    guard let span = spans.first(where: { $0.rows.contains(row) }) else { return nil }
    let position = span.position(of: row)
    if sequenceCount == 1 { return position < count ? position : nil }
    let found = promptOffsets[span.sequence] + position
    return found < promptOffsets[span.sequence + 1] ? found : nil
  }
}

extension RunRows {
  /// The rows of a run over growing sequences, those that came together in one element, in the order
  /// in which they came.
  ///
  /// - Parameters:
  ///   - grown: for each sequence of the run which one it is, the position of its first row here, and
  ///     its length.
  ///   - prompts: the lengths of all prompts.
  static func steps(
    _ grown: [(sequence: Int, first: Int, length: Int)], prompts: [Int]
  ) -> [RunRows] {
    var steps: [Int: [Span]] = [:]
    var row = 0
    for (sequence, first, length) in grown {
      var position = first
      while position < length {
        let end = max(position + 1, min(prompts[sequence], length))
        steps[max(0, end - prompts[sequence]), default: []].append(
          Span(
            sequence: sequence, rows: row..<row + end - position, first: position,
            length: max(end, prompts[sequence])))
        row += end - position
        position = end
      }
    }
    let offsets = prompts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    return steps.sorted { $0.key < $1.key }.map { RunRows($0.value, promptOffsets: offsets) }
  }
}
