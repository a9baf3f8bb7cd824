// SPDX-License-Identifier: Apache-2.0

/// A pattern as a graph of states with edges in order of preference.
///
/// Only what looks at most one scalar ahead fits in; for other patterns there is ``PCREPattern``.
///
/// - Source: Thompson 1968 <https://doi.org/10.1145/363347.363387>; preference as in Cox 2010
///   <https://swtch.com/~rsc/regexp/regexp3.html>.
struct PatternGraph {
  enum State {
    /// Takes a scalar of a set.
    case take(set: Int, next: Int)
    /// Goes on where the scalar ahead is in a set, or at the end where that is allowed.
    case ahead(set: Int, orEnd: Bool, next: Int)
    /// Goes on at the first state that leads to a match.
    case choice([Int])
    case match
  }

  private(set) var states: [State] = []
  private(set) var sets: [ScalarSet] = []
  private var setNumbers: [ScalarSet: Int] = [:]
  private(set) var start = 0

  private static let sizeLimit = 4000

  private struct Unfit: Error {}

  /// Nothing when the pattern needs more than a look at one scalar.
  init?(_ node: PatternNode) {
    do throws(Unfit) {
      let end = try add(.match)
      start = try build(node, end)
    } catch {
      return nil
    }
  }

  private mutating func add(_ state: State) throws(Unfit) -> Int {
    guard states.count < Self.sizeLimit else { throw Unfit() }
    states.append(state)
    return states.count - 1
  }

  private mutating func number(_ set: ScalarSet) -> Int {
    if let known = setNumbers[set] { return known }
    setNumbers[set] = sets.count
    sets.append(set)
    return sets.count - 1
  }

  /// Adds what matches the node and then goes on at `next`; gives the state to enter.
  private mutating func build(_ node: PatternNode, _ next: Int) throws(Unfit) -> Int {
    switch node {
    case .empty: return next
    case .set(let set): return try add(.take(set: number(set), next: next))
    case .capture(let node, _): return try build(node, next)
    case .sequence(let nodes):
      var entry = next
      for node in nodes.reversed() { entry = try build(node, entry) }
      return entry
    case .alternatives(let nodes):
      var entries: [Int] = []
      for node in nodes { entries.append(try build(node, next)) }
      return try add(.choice(entries))
    case .repetition(let node, let repetition): return try build(node, repetition, next)
    case .look(let node, isAhead: true, let isNegative):
      guard let set = Self.oneScalar(node) else { throw Unfit() }
      return try add(
        .ahead(set: number(isNegative ? set.inverted : set), orEnd: isNegative, next: next))
    case .place(.textEnd): return try add(.ahead(set: number(.empty), orEnd: true, next: next))
    case .place(.lineEnd):
      return try add(.ahead(set: number(ScalarSet("\n")), orEnd: true, next: next))
    case .look, .place, .atomic, .reference: throw Unfit()
    }
  }

  /// The set, if the node matches exactly one scalar of a set.
  private static func oneScalar(_ node: PatternNode) -> ScalarSet? {
    switch node {
    case .set(let set): return set
    case .capture(let node, _): return oneScalar(node)
    case .alternatives(let nodes):
      var union = ScalarSet.empty
      for node in nodes {
        guard let set = oneScalar(node) else { return nil }
        union = union.union(set)
      }
      return union
    default: return nil
    }
  }

  // MARK: - Repetitions

  private mutating func build(
    _ node: PatternNode, _ repetition: PatternNode.Repetition, _ next: Int
  ) throws(Unfit) -> Int {
    guard !node.canBeEmpty else { throw Unfit() }
    if repetition.greed == .possessive {
      guard let set = Self.oneScalar(node) else { throw Unfit() }
      return try buildPossessive(set, repetition, next)
    }
    let isLazy = repetition.greed == .lazy
    var entry = next
    if let maximum = repetition.maximum {
      for _ in repetition.minimum..<max(repetition.minimum, maximum) {
        let once = try build(node, entry)
        entry = try add(.choice(isLazy ? [next, once] : [once, next]))
      }
    } else {
      entry = try add(.choice([]))
      let once = try build(node, entry)
      states[entry] = .choice(isLazy ? [next, once] : [once, next])
    }
    for _ in 0..<repetition.minimum { entry = try build(node, entry) }
    return entry
  }

  /// Ends before the maximum only where no other scalar of the set follows: so nothing that was
  /// taken can be given back.
  private mutating func buildPossessive(
    _ set: ScalarSet, _ repetition: PatternNode.Repetition, _ next: Int
  ) throws(Unfit) -> Int {
    let taken = number(set)
    let stop = try add(.ahead(set: number(set.inverted), orEnd: true, next: next))
    var entry = next
    if let maximum = repetition.maximum {
      for _ in repetition.minimum..<max(repetition.minimum, maximum) {
        entry = try add(.choice([try add(.take(set: taken, next: entry)), stop]))
      }
    } else {
      entry = try add(.choice([]))
      states[entry] = .choice([try add(.take(set: taken, next: entry)), stop])
    }
    for _ in 0..<repetition.minimum { entry = try add(.take(set: taken, next: entry)) }
    return entry
  }
}
