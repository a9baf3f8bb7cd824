// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Testing

/// Runs behind cached prefixes.
struct ContinuationTests {
  private let model: TinyModel
  private let first = [3, 1, 4, 1, 5]
  private let second = [2, 7, 1]

  init() throws { model = try TinyModel(seed: 5) }

  private func cache() throws -> KeyValueCache {
    var tap = NoTap()
    return try model.continued(TokenBatch([first, second]), tap: &tap).cache
  }

  @Test func `any part of a cached sequence can be continued, several times at once`() throws {
    let parts = [(0, 3), (1, 0), (0, 5), (1, 2), (0, 3)]
    let new = [[8], [6, 5, 4], [2, 2], [0], [1, 2, 3]]
    var tap = Recorder()
    let found = try model.continued(
      TokenBatch(new), after: RunPrefix(cache(), parts), logitsOf: Array(0..<10), tap: &tap)
    let trace = tap.trace(of: try TokenBatch(new))
    #expect(found.logits.shape == [10, TinyModel.vocabulary])
    #expect(try #require(trace[.logits]).isBitEqual(to: found.logits))
    var row = 0
    for (part, tokens) in zip(parts, new) {
      let whole = [first, second][part.0].prefix(part.1) + tokens
      let alone = try model.record(TokenBatch(Array(whole)))
      for site in [Site(.logits), Site(.keyRotated, layer: 1), Site(.residualPost, layer: 0)] {
        let there = try #require(trace[site]).rows(row..<row + tokens.count)
        let here = try #require(alone[site]).rows(part.1..<whole.count)
        #expect(there.isBitEqual(to: here), "\(site)")
      }
      row += tokens.count
    }
    #expect(
      found.cache.tokens == [
        [3, 1, 4, 8], [6, 5, 4], [3, 1, 4, 1, 5, 2, 2], [2, 7, 0],
        [3, 1, 4, 1, 2, 3],
      ])
  }

  @Test func `without being told the last row of each sequence gives its logits`() throws {
    var tap = NoTap()
    let found = try model.continued(
      TokenBatch([[1, 2], [3]]), after: RunPrefix(cache()), tap: &tap)
    let whole = try model.logits(TokenBatch([first + [1, 2], second + [3]]))
    #expect(found.logits.isBitEqual(to: whole.gathered(rows: [6, 10])))
  }

  @Test func `a cache that was continued twice gives each continuation its own`() throws {
    let start = try cache()
    var tap = NoTap()
    let one = try model.continued(TokenBatch([[1], [2]]), after: RunPrefix(start), tap: &tap)
    let other = try model.continued(TokenBatch([[7], [8]]), after: RunPrefix(start), tap: &tap)
    for (found, tokens) in [(one, [1, 2]), (other, [7, 8])] {
      let more = try model.continued(
        TokenBatch([[0], [0]]), after: RunPrefix(found.cache), tap: &tap)
      let whole = try model.logits(
        TokenBatch([first + [tokens[0], 0], second + [tokens[1], 0]]))
      #expect(more.logits.isBitEqual(to: whole.gathered(rows: [6, 11])))
    }
  }

  @Test func `the inside of attention has the bits of the whole run`() throws {
    let pattern = Site(.attentionPattern, layer: 1)
    var tap = Recorder([pattern])
    _ = try model.continued(
      TokenBatch([[1, 2], [3]]), after: RunPrefix(cache()), tap: &tap)
    let found = try #require(tap.visits.first?.value)
    let whole = try #require(
      try model.record(TokenBatch([first + [1, 2], second + [3]]), sites: [pattern])[pattern])
    #expect(found.shape == [2, 3, 7])
    for head in 0..<2 {
      for (row, there) in [5, 6, 10].enumerated() {
        for column in 0..<7 { #expect(found[head, row, column] == whole[head, there, column]) }
      }
    }
  }
}
