// SPDX-License-Identifier: Apache-2.0
import CajalText

/// Two tokenisations side by side: where they agree from the front, where from the back, and what
/// stands between.
public struct TokenAlignment: Sendable, Equatable {
  /// One line: a token of each prompt with its position; nil where one has nothing to set against it.
  public struct Row: Sendable, Equatable {
    /// Position and piece in the clean prompt.
    public var clean: (position: Int, piece: String)?
    /// Position and piece in the corrupted prompt.
    public var corrupted: (position: Int, piece: String)?
    /// Whether both are the same token.
    public var isShared: Bool

    /// Whether two lines are the same.
    public static func == (left: Row, right: Row) -> Bool {
      left.clean?.position == right.clean?.position && left.clean?.piece == right.clean?.piece
        && left.corrupted?.position == right.corrupted?.position
        && left.corrupted?.piece == right.corrupted?.piece && left.isShared == right.isShared
    }
  }

  /// The tokens of both prompts, first to last.
  public let rows: [Row]
  /// Tokens shared from the front.
  public let sharedFirst: Int
  /// Tokens shared from the back, beyond those shared from the front.
  public let sharedLast: Int

  /// Sets the tokens of two prompts side by side.
  ///
  /// Prompts of one length stand position by position; otherwise what both begin and end with is set
  /// side by side, and what lies between stands on lines of its own.
  public init(clean: [Int], corrupted: [Int], for subject: Subject) {
    let shortest = min(clean.count, corrupted.count)
    var first = 0
    while first < shortest, clean[first] == corrupted[first] { first += 1 }
    var last = 0
    while last < shortest - first,
      clean[clean.count - 1 - last] == corrupted[corrupted.count - 1 - last]
    { last += 1 }
    (sharedFirst, sharedLast) = (first, last)
    let (cleanEnd, corruptedEnd) = (clean.count - last, corrupted.count - last)
    func entry(_ tokens: [Int], _ position: Int, before end: Int) -> (Int, String)? {
      position < end ? (position, subject.tokenizer.display(tokens[position])) : nil
    }
    var rows: [Row] = []
    for index in 0..<max(cleanEnd, corruptedEnd) {
      let (a, b) = (
        entry(clean, index, before: cleanEnd), entry(corrupted, index, before: corruptedEnd)
      )
      rows.append(
        Row(
          clean: a, corrupted: b, isShared: a != nil && b != nil && clean[index] == corrupted[index]
        ))
    }
    for index in 0..<last {
      rows.append(
        Row(
          clean: entry(clean, cleanEnd + index, before: clean.count),
          corrupted: entry(corrupted, corruptedEnd + index, before: corrupted.count),
          isShared: true))
    }
    self.rows = rows
  }

  /// Positions at which the prompts differ.
  public var differing: Int { rows.count { !$0.isShared } }

  /// Where two prompts part and meet again, in words.
  public var difference: String {
    let parting =
      sharedFirst == 0 ? "they differ from the first token" : "they part at position \(sharedFirst)"
    return sharedLast == 0
      ? parting + " and do not meet again"
      : parting + " and share the last \(sharedLast == 1 ? "token" : "\(sharedLast) tokens")"
  }

  /// The lines around the differences, for a reader: shared stretches keep `context` tokens at either
  /// end, and nil stands for what is left out.
  public func excerpt(context: Int = 3) -> [Row?] {
    var result: [Row?] = []
    for (index, row) in rows.enumerated() {
      let near = rows[max(0, index - context)...min(rows.count - 1, index + context)]
      if near.contains(where: { !$0.isShared }) {
        result.append(row)
      } else if result.isEmpty || result[result.count - 1] != nil {
        result.append(nil)
      }
    }
    return result
  }
}
