// SPDX-License-Identifier: Apache-2.0

/// A pattern after reading, the same for every syntax: options are worked into the sets.
indirect enum PatternNode: Sendable, Equatable {
  case empty
  /// One scalar of a set.
  case set(ScalarSet)
  case sequence([PatternNode])
  /// The first that leads to a match.
  case alternatives([PatternNode])
  case repetition(PatternNode, Repetition)
  /// A group with a number, for references back to it.
  case capture(PatternNode, number: Int)
  case atomic(PatternNode)
  case look(PatternNode, isAhead: Bool, isNegative: Bool)
  case place(Place)
  case reference(Int)

  struct Repetition: Sendable, Equatable {
    var minimum: Int
    var maximum: Int?
    var greed: Greed
  }

  enum Greed: Sendable {
    case greedy
    case lazy
    /// What is taken is not given back.
    case possessive
  }

  /// What must hold between two scalars.
  enum Place: Sendable, Equatable {
    case textStart
    case textEnd
    /// The end, or before a newline that ends the text.
    case textEndOrLastNewline
    case lineStart
    case lineEnd
    case searchStart
    /// Between a scalar of the set and one outside it or none.
    case boundary(of: ScalarSet)
    case noBoundary(of: ScalarSet)
  }

  /// Whether it can match nothing; places and looks count as nothing.
  var canBeEmpty: Bool {
    switch self {
    case .empty, .look, .place, .reference: true
    case .set: false
    case .sequence(let nodes): nodes.allSatisfy(\.canBeEmpty)
    case .alternatives(let nodes): nodes.contains(where: \.canBeEmpty)
    case .repetition(let node, let repetition): repetition.minimum == 0 || node.canBeEmpty
    case .capture(let node, _), .atomic(let node): node.canBeEmpty
    }
  }
}
