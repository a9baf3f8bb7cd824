// SPDX-License-Identifier: Apache-2.0

/// What two neighbouring tokens become, and how urgent that is.
struct SpellingMerge {
  /// The lowest goes first; between equals the leftmost.
  var rank: Double
  /// The token that takes the place of both.
  var id: Int
}

/// Joins neighbouring tokens, the best pair of the whole text first, until no pair is left.
///
/// A linked list of tokens and a heap of candidate pairs: n log n for a text of n tokens, however long
/// a line without a space is. A candidate is stale when one of its two tokens has changed since; both
/// are kept with it, and since a merged token never comes apart, comparing them is enough.
struct SpellingMerging {
  private struct Link {
    var id: Int
    var previous: Int
    var next: Int
  }

  private struct Candidate: HeapElement {
    var merge: SpellingMerge
    var position: Int
    var left: Int
    var right: Int

    func precedes(_ other: Candidate) -> Bool {
      merge.rank < other.merge.rank
        || (merge.rank == other.merge.rank && position < other.position)
    }
  }

  private static let none = -1
  private var links: [Link]
  private var heap = Heap<Candidate>()

  /// The tokens after all merges.
  ///
  /// - Parameter merge: What a pair becomes, or nothing.
  static func merged(_ ids: [Int], by merge: (Int, Int) -> SpellingMerge?) -> [Int] {
    var merging = SpellingMerging(ids)
    merging.run(merge)
    return merging.links.compactMap { $0.id == none ? nil : $0.id }
  }

  private init(_ ids: [Int]) {
    links = ids.indices.map { index in
      Link(id: ids[index], previous: index - 1, next: index + 1 < ids.count ? index + 1 : Self.none)
    }
  }

  private mutating func run(_ merge: (Int, Int) -> SpellingMerge?) {
    for position in links.indices { consider(position, merge) }
    while let candidate = heap.popFirst() {
      let position = candidate.position
      let next = links[position].next
      guard links[position].id == candidate.left, next != Self.none,
        links[next].id == candidate.right
      else { continue }
      links[position].id = candidate.merge.id
      links[position].next = links[next].next
      links[next].id = Self.none
      if links[next].next != Self.none { links[links[next].next].previous = position }
      consider(position, merge)
      consider(links[position].previous, merge)
    }
  }

  /// Notes the pair that begins at a position, if it can be merged.
  private mutating func consider(_ position: Int, _ merge: (Int, Int) -> SpellingMerge?) {
    guard position != Self.none, links[position].next != Self.none else { return }
    let left = links[position].id
    let right = links[links[position].next].id
    guard let merge = merge(left, right) else { return }
    heap.insert(Candidate(merge: merge, position: position, left: left, right: right))
  }
}
