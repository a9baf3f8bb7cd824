// SPDX-License-Identifier: Apache-2.0

/// The variables of one part of a template (the whole, a loop, a macro, a block) and where each gets
/// its first value.
///
/// Jinja settles this when it compiles: a name read first and set later in the same part keeps the
/// value from outside until then, a name only set starts empty, a name that an outer part mentions
/// anywhere is the outer part's.
/// - Source: `idtracking.py` of Jinja 3.1.
struct ScopeLayout: Sendable {
  /// Where a variable gets the value with which its part begins.
  enum Source: Sendable {
    /// The variables of the caller, the global names and what the top level has set so far.
    case context
    /// The part around.
    case outer
    /// It begins without.
    case nothing
    /// The part itself: arguments and targets of loops.
    case parameter
  }

  struct Load: Sendable {
    let name: Int
    let slot: Int
    let source: Source
  }

  let slots: [Int: Int]
  let loads: [Load]
  let isTop: Bool

  var slotCount: Int { slots.count }
}

/// What a part of a template does with names, in the order in which Jinja looks at it.
final class NameRecord {
  enum Event {
    case reads(Int)
    case sets(Int)
    case takes(Int)
    /// Handed to the part because something in it asks for it: `loop`, `caller`.
    case given(Int)
    /// Set in another part; matters to what a macro can be given.
    case mentions(Int)
    case branches([NameRecord])
    case part(NameRecord)
  }

  /// The number of the part among the layouts; -1 for a branch of a condition.
  let number: Int
  var events: [Event] = []

  init(_ number: Int) { self.number = number }

  /// Which of `names` are read here, or in parts within, before they are set; the events before
  /// `start` do not count.
  func undeclared(_ names: Set<Int>, from start: Int = 0) -> Set<Int> {
    var left = names
    var found: Set<Int> = []
    search(events[start...], &left, &found, wanted: names)
    return found
  }

  private func search(
    _ events: ArraySlice<Event>, _ left: inout Set<Int>, _ found: inout Set<Int>,
    wanted: Set<Int>
  ) {
    for event in events {
      if found == wanted { return }
      switch event {
      case .reads(let name): if left.contains(name) { found.insert(name) }
      case .sets(let name), .takes(let name), .mentions(let name): left.remove(name)
      case .branches(let branches):
        for branch in branches { search(branch.events[...], &left, &found, wanted: wanted) }
      case .part(let part): search(part.events[...], &left, &found, wanted: wanted)
      case .given: break
      }
    }
  }
}

/// Works out the layouts of all parts from what they do with names.
struct ScopeAnalysis {
  private struct Symbols {
    var names: Set<Int> = []
    var sources: [Int: ScopeLayout.Source] = [:]
    var stored: Set<Int> = []
  }

  private var layouts: [Int: ScopeLayout] = [:]

  static func layouts(of top: NameRecord, count: Int) -> [ScopeLayout] {
    var analysis = ScopeAnalysis()
    analysis.analyse(top, within: [])
    let empty = ScopeLayout(slots: [:], loads: [], isTop: false)
    return (0..<count).map { analysis.layouts[$0] ?? empty }
  }

  private mutating func analyse(_ record: NameRecord, within outer: [Set<Int>]) {
    var symbols = Symbols()
    Self.follow(record.events, &symbols, outer)
    var slots: [Int: Int] = [:]
    var loads: [ScopeLayout.Load] = []
    for name in symbols.names.sorted() {
      slots[name] = slots.count
      loads.append(
        ScopeLayout.Load(
          name: name, slot: slots.count - 1, source: symbols.sources[name] ?? .nothing))
    }
    layouts[record.number] = ScopeLayout(slots: slots, loads: loads, isTop: record.number == 0)
    descend(record, within: outer + [symbols.names])
  }

  private mutating func descend(_ record: NameRecord, within outer: [Set<Int>]) {
    for event in record.events {
      switch event {
      case .part(let part): analyse(part, within: outer)
      case .branches(let branches): for branch in branches { descend(branch, within: outer) }
      default: break
      }
    }
  }

  private static func follow(
    _ events: [NameRecord.Event], _ symbols: inout Symbols, _ outer: [Set<Int>]
  ) {
    for event in events {
      switch event {
      case .reads(let name):
        if !symbols.names.contains(name), !outer.contains(where: { $0.contains(name) }) {
          symbols.names.insert(name)
          symbols.sources[name] = .context
        }
      case .sets(let name):
        symbols.stored.insert(name)
        if symbols.names.insert(name).inserted {
          symbols.sources[name] = outer.contains { $0.contains(name) } ? .outer : .nothing
        }
      case .takes(let name), .given(let name):
        symbols.stored.insert(name)
        symbols.names.insert(name)
        symbols.sources[name] = .parameter
      case .branches(let branches): join(branches, &symbols, outer)
      case .mentions, .part: break
      }
    }
  }

  /// What only a branch sets has, when the part begins, the value from outside.
  private static func join(
    _ branches: [NameRecord], _ symbols: inout Symbols, _ outer: [Set<Int>]
  ) {
    let before = symbols
    var stored: Set<Int> = []
    for branch in branches {
      var inner = before
      follow(branch.events, &inner, outer)
      stored.formUnion(inner.stored)
      symbols.names.formUnion(inner.names)
      symbols.sources.merge(inner.sources) { $1 }
      symbols.stored.formUnion(inner.stored)
    }
    for name in stored.subtracting(before.stored) {
      symbols.sources[name] = outer.contains { $0.contains(name) } ? .outer : .context
    }
  }
}
