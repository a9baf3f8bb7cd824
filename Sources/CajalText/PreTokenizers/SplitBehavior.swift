// SPDX-License-Identifier: Apache-2.0

/// What becomes of the delimiters at which a text is cut.
enum SplitBehavior: String, Sendable {
  /// They are left out.
  case removed = "Removed"
  /// Each is a piece.
  case isolated = "Isolated"
  /// Each joins the text before it.
  case mergedWithPrevious = "MergedWithPrevious"
  /// Each joins the text after it.
  case mergedWithNext = "MergedWithNext"
  /// Those that touch are one piece.
  case contiguous = "Contiguous"
}

/// Cuts one piece after the other at the matches of a pattern.
///
/// - Reference: `NormalizedString::split` of <https://github.com/huggingface/tokenizers>.
struct PieceCutter: MatchVisitor {
  private(set) var pieces: [ByteSpan] = []
  private let behavior: SplitBehavior
  private let isInverted: Bool
  private var position = 0
  /// What may still grow; no piece has been found yet when its end is before its start.
  private var held = (start: 1, end: 0)
  private var wasDelimiter = false

  init(_ behavior: SplitBehavior, isInverted: Bool, capacity: Int) {
    (self.behavior, self.isInverted) = (behavior, isInverted)
    pieces.reserveCapacity(capacity)
  }

  /// Begins a piece at a byte.
  mutating func begin(at start: Int) {
    position = start
    held = (1, 0)
    wasDelimiter = false
  }

  /// Takes a match, and what lies between it and the last one.
  @inline(__always)
  mutating func take(_ start: Int, _ end: Int) {
    if position < start { add(position, start, isInverted) }
    add(start, end, !isInverted)
    position = end
  }

  /// Ends the piece.
  mutating func finish(at end: Int) {
    if position < end { add(position, end, isInverted) }
    release()
  }

  @inline(__always)
  private mutating func add(_ start: Int, _ end: Int, _ isDelimiter: Bool) {
    switch behavior {
    case .isolated: emit(start, end)
    case .removed: if !isDelimiter { emit(start, end) }
    case .contiguous: hold(start, end, joinsHeld: isDelimiter == wasDelimiter)
    case .mergedWithPrevious: hold(start, end, joinsHeld: isDelimiter && !wasDelimiter)
    case .mergedWithNext: hold(start, end, joinsHeld: !isDelimiter && wasDelimiter)
    }
    wasDelimiter = isDelimiter
  }

  private mutating func hold(_ start: Int, _ end: Int, joinsHeld: Bool) {
    if joinsHeld, held.start <= held.end {
      held.end = end
    } else {
      release()
      held = (start, end)
    }
  }

  private mutating func release() {
    if held.start <= held.end { emit(held.start, held.end) }
    held = (1, 0)
  }

  @inline(__always)
  private mutating func emit(_ start: Int, _ end: Int) {
    if start < end { pieces.append(ByteSpan(start..<end)) }
  }
}
