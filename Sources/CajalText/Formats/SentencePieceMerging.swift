// SPDX-License-Identifier: Apache-2.0

/// Byte pairs by score where some pieces must not be used: they are joined as all others, and what is
/// left of them in the end comes apart again into the two parts that were last considered for it.
///
/// - Source: `bpe_model.cc` of <https://github.com/google/sentencepiece>.
/// - Cost: n log n in the length of the text.
struct SentencePieceMerging: Sendable {
  private let vocabulary: Vocabulary
  private let scores: [Float]
  private let kinds: [SentencePieceProto.Kind]
  private let symbols: SentencePieceSymbols?

  init(
    _ proto: SentencePieceProto, _ vocabulary: Vocabulary, _ symbols: SentencePieceSymbols?
  ) {
    self.vocabulary = vocabulary
    self.symbols = symbols
    scores = proto.pieces.map(\.score)
    kinds = proto.pieces.map(\.kind)
  }

  private struct Link {
    var range: Range<Int>
    var previous: Int
    var next: Int
    var isFrozen: Bool
  }

  private struct Candidate: HeapElement {
    var score: Float
    var left: Int
    var right: Int
    var length: Int

    func precedes(_ other: Candidate) -> Bool {
      score > other.score || (score == other.score && left < other.left)
    }
  }

  private struct State {
    var links: [Link] = []
    var heap = Heap<Candidate>()
    /// For unused pieces the length of the left part that was last considered.
    var cuts: [Int: Int] = [:]
  }

  /// Hands over the parts of a span in order.
  func parts(
    _ text: UnsafeBufferPointer<UInt8>, _ span: Range<Int>, _ part: (Range<Int>) -> Void
  ) {
    var state = State(links: links(text, span))
    for index in state.links.indices.dropFirst() { consider(index - 1, index, text, &state) }
    while let best = state.heap.popFirst() {
      let (left, right) = (state.links[best.left], state.links[best.right])
      guard !left.range.isEmpty, !right.range.isEmpty,
        left.range.count + right.range.count == best.length
      else { continue }
      state.links[best.left].range = left.range.lowerBound..<right.range.upperBound
      state.links[best.left].next = right.next
      if right.next >= 0 { state.links[right.next].previous = best.left }
      state.links[best.right].range = left.range.lowerBound..<left.range.lowerBound
      consider(left.previous, best.left, text, &state)
      consider(best.left, right.next, text, &state)
    }
    var index = state.links.isEmpty ? -1 : 0
    while index >= 0 {
      release(state.links[index].range, text, state.cuts, part)
      index = state.links[index].next
    }
  }

  private func links(_ text: UnsafeBufferPointer<UInt8>, _ span: Range<Int>) -> [Link] {
    var links: [Link] = []
    let text = UnsafeBufferPointer(rebasing: text[..<span.upperBound])
    var position = span.lowerBound
    while position < span.upperBound {
      let symbol = symbols?.match(text, at: position)?.length
      let end = position + (symbol ?? lengthOfScalar(beginningWith: text[position]))
      let isLast = end >= span.upperBound
      links.append(
        Link(
          range: position..<end, previous: links.count - 1, next: isLast ? -1 : links.count + 1,
          isFrozen: symbol != nil))
      position = end
    }
    return links
  }

  private func consider(
    _ left: Int, _ right: Int, _ text: UnsafeBufferPointer<UInt8>, _ state: inout State
  ) {
    guard left >= 0, right >= 0, !state.links[left].isFrozen, !state.links[right].isFrozen else {
      return
    }
    let first = state.links[left].range
    let whole = first.lowerBound..<state.links[right].range.upperBound
    guard let id = id(text, whole), kinds[id].isText else { return }
    state.heap.insert(
      Candidate(score: scores[id], left: left, right: right, length: whole.count))
    if kinds[id] == .unused { state.cuts[id] = first.count }
  }

  private func id(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
    vocabulary.modelId(of: UnsafeBufferPointer(rebasing: text[range]))
  }

  private func release(
    _ range: Range<Int>, _ text: UnsafeBufferPointer<UInt8>, _ cuts: [Int: Int],
    _ part: (Range<Int>) -> Void
  ) {
    guard let id = id(text, range), kinds[id] == .unused, let cut = cuts[id] else {
      return part(range)
    }
    release(range.lowerBound..<range.lowerBound + cut, text, cuts, part)
    release(range.lowerBound + cut..<range.upperBound, text, cuts, part)
  }
}
