// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

/// Runs that continue a prefix against the run over everything at once.
struct AttentionPrefixTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var heads = 2
    var groups = 2
    var width = 12
    var valueWidth = 12
    var length = 41
    var window: Int?
    var cap: Float?
    var causal = true

    var shape: AttentionShape {
      AttentionShape(scale: 0.37, window: window, cap: cap, causal: causal)
    }
    var testDescription: String { "\(self)" }

    func operands(_ seed: UInt64, _ rows: Int) -> (query: Tensor, key: Tensor, value: Tensor) {
      (
        Philox.tensor(seed, rows, heads, width, scale: 2),
        Philox.tensor(seed + 1, rows, groups, width),
        Philox.tensor(seed + 2, rows, groups, valueWidth)
      )
    }

    /// The first `count` positions, appended in parts.
    func prefix(_ key: Tensor, _ value: Tensor, _ count: Int) -> KeysValues {
      var prefix = KeysValues(groups: groups, keyWidth: width, valueWidth: valueWidth)
      for range in [0..<count / 3, count / 3..<count / 2, count / 2..<count] {
        prefix.append(keys: key.rows(range), values: value.rows(range))
      }
      return prefix
    }
  }

  static let cases: [Case] = [
    Case(), Case(width: 48, valueWidth: 48), Case(heads: 4, groups: 2, length: 70, window: 9),
    Case(heads: 3, groups: 1, valueWidth: 35, cap: 1.5),
    Case(width: 5, valueWidth: 3, length: 46, window: 30, cap: 2),
  ]

  @Test(arguments: cases)
  func `rows after every split have the bits of the whole run`(example: Case) {
    let (query, key, value) = example.operands(1, example.length)
    let whole = Attention(example.shape, offsets: [0, example.length])
    Variants.each { variant in
      let scores = whole.scores(query, key)
      let pattern = whole.pattern(scores)
      let out = whole.fused(query, key, value)
      for split in 0...example.length {
        for end in Set([split, min(split + 1, example.length), example.length]) {
          let rows = split..<end
          let part = Attention(
            example.shape, offsets: [0, rows.count], prefixes: [example.prefix(key, value, split)])
          let (query, key, value) = (query.rows(rows), key.rows(rows), value.rows(rows))
          let partScores = part.scores(query, key)
          let partPattern = part.pattern(partScores)
          let place: Comment = "\(variant), \(rows)"
          #expect(partScores.isBitEqual(to: scores.block(rows, columns: end)), place)
          #expect(partPattern.isBitEqual(to: pattern.block(rows, columns: end)), place)
          #expect(part.mix(partPattern, value).isBitEqual(to: out.rows(rows)), place)
          #expect(part.fused(query, key, value).isBitEqual(to: out.rows(rows)), place)
        }
      }
    }
  }

  @Test(arguments: cases)
  func `sequences of a batch continue different prefixes, some of one store`(example: Case) {
    let (query, key, value) = example.operands(1, example.length)
    let (otherQuery, otherKey, otherValue) = example.operands(7, 20)
    let store = example.prefix(key, value, example.length - 1)
    let ranges = [3..<example.length, 0..<2, 17..<18, 17..<20, 3..<3]
    let parts =
      ranges.map { (query.rows($0), key.rows($0), value.rows($0)) }
      + [(otherQuery.rows(7..<20), otherKey.rows(7..<20), otherValue.rows(7..<20))]
    let prefixes: [KeysValues?] =
      ranges.map { $0.lowerBound == 0 ? nil : store.prefix($0.lowerBound) }
      + [example.prefix(otherKey, otherValue, 7)]
    let offsets = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.0.shape[0]) }
    let batch = Attention(example.shape, offsets: offsets, prefixes: prefixes)
    let operands = (
      Tensor(joining: parts.map(\.0)), Tensor(joining: parts.map(\.1)),
      Tensor(joining: parts.map(\.2))
    )
    Variants.each { variant in
      let whole = Attention(example.shape, offsets: [0, example.length]).fused(query, key, value)
      let other = Attention(example.shape, offsets: [0, 20])
        .fused(otherQuery, otherKey, otherValue)
      let expected = Tensor(joining: ranges.map { whole.rows($0) } + [other.rows(7..<20)])
      for threads in [1, 2, 5] {
        Threads.with(count: threads) {
          let fused = batch.fused(operands.0, operands.1, operands.2)
          let steps = batch.mix(
            batch.pattern(batch.scores(operands.0, operands.1)), operands.2)
          #expect(fused.isBitEqual(to: expected), "\(variant), \(threads) threads")
          #expect(steps.isBitEqual(to: expected), "\(variant), \(threads) threads")
        }
      }
    }
  }

  @Test func `without causality new rows see the whole prefix and one another`() {
    let example = Case(causal: false)
    let (query, key, value) = example.operands(1, 30)
    let last = Attention(
      example.shape, offsets: [0, 9], prefixes: [example.prefix(key, value, 21)])
    Variants.each { variant in
      let whole = Attention(example.shape, offsets: [0, 30]).fused(query, key, value)
      let part = last.fused(query.rows(21..<30), key.rows(21..<30), value.rows(21..<30))
      #expect(part.isBitEqual(to: whole.rows(21..<30)), "\(variant)")
    }
  }
}

extension Tensor {
  /// Rows of every head and their first columns, of `[H, N, longest]`.
  fileprivate func block(_ rows: Range<Int>, columns: Int) -> Tensor {
    let heads = (0..<shape[0]).flatMap { head in
      rows.flatMap { row in (0..<columns).map { self[head, row, $0] } }
    }
    return Tensor(heads, shape: [shape[0], rows.count, columns])
  }

  /// Tensors one after the other along the leading dimension.
  fileprivate init(joining parts: [Tensor]) {
    let rows = parts.reduce(0) { $0 + $1.shape[0] }
    self.init(parts.flatMap(\.array), shape: [rows] + parts[0].shape.dropFirst())
  }
}
