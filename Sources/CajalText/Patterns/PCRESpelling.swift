// SPDX-License-Identifier: Apache-2.0

/// Spells a pattern as PCRE2 reads it, without use of any of its options.
///
/// A call out, `(?C)`, follows whatever can pass over much text without backtracking: there the
/// work is counted, which PCRE2's own limits leave out.
struct PCRESpelling {
  private(set) var text = ""
  private let hasReferences: Bool

  init(_ node: PatternNode) {
    hasReferences = node.contains { if case .reference = $0 { true } else { false } }
    write(node)
  }

  private mutating func write(_ node: PatternNode) {
    switch node {
    case .empty: break
    case .set(let set): text += PCREClass.text(of: set)
    case .sequence(let nodes): for node in nodes { write(node) }
    case .alternatives(let nodes):
      text += "(?:"
      for (index, node) in nodes.enumerated() {
        if index > 0 { text += "|" }
        write(node)
      }
      text += ")"
    case .repetition(let node, let repetition): write(node, repetition)
    case .capture(let node, _): group(hasReferences ? "(" : "(?:", node)
    case .atomic(let node):
      group("(?>", node)
      countIfUnbounded(node)
    case .look(let node, let isAhead, let isNegative):
      text += isAhead ? "(?" : "(?<"
      text += isNegative ? "!" : "="
      write(node)
      if isAhead { countIfUnbounded(node) }
      text += ")"
    case .place(let place): write(place)
    case .reference(let number): text += "(?C)\\g{\(number)}"
    }
  }

  private mutating func group(_ opening: String, _ node: PatternNode) {
    text += opening
    write(node)
    text += ")"
  }

  private mutating func countIfUnbounded(_ node: PatternNode) {
    let isUnbounded = node.contains {
      if case .repetition(_, let repetition) = $0 {
        repetition.maximum.map { $0 > 100 } ?? true
      } else {
        false
      }
    }
    if isUnbounded { text += "(?C)" }
  }

  private mutating func write(_ node: PatternNode, _ repetition: PatternNode.Repetition) {
    group("(?:", node)
    text += "{\(repetition.minimum),\(repetition.maximum.map(String.init) ?? "")}"
    switch repetition.greed {
    case .greedy: break
    case .lazy: text += "?"
    case .possessive:
      text += "+"
      countIfUnbounded(.repetition(node, repetition))
    }
  }

  private mutating func write(_ place: PatternNode.Place) {
    switch place {
    case .textStart: text += "\\A"
    case .textEnd: text += "\\z"
    case .textEndOrLastNewline: text += "\\Z"
    case .lineStart: text += "(?m:^)"
    case .lineEnd: text += "(?m:$)"
    case .searchStart: text += "\\G"
    case .boundary(let set):
      let word = PCREClass.text(of: set)
      text += "(?:(?<=\(word))(?!\(word))|(?<!\(word))(?=\(word)))"
    case .noBoundary(let set):
      let word = PCREClass.text(of: set)
      text += "(?:(?<=\(word))(?=\(word))|(?<!\(word))(?!\(word)))"
    }
  }
}

extension PatternNode {
  /// Whether the node or one inside it is such a one.
  func contains(_ isSuch: (PatternNode) -> Bool) -> Bool {
    if isSuch(self) { return true }
    return switch self {
    case .empty, .set, .place, .reference: false
    case .sequence(let nodes), .alternatives(let nodes): nodes.contains { $0.contains(isSuch) }
    case .repetition(let node, _), .capture(let node, _), .atomic(let node),
      .look(let node, _, _):
      node.contains(isSuch)
    }
  }
}
