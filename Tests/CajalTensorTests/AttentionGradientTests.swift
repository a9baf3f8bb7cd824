// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct AttentionGradientTests {
  typealias Case = AttentionTests.Case
  typealias Operands = (query: Tensor, key: Tensor, value: Tensor)

  static let small: [Case] = [
    Case(offsets: [0, 1, 7]), Case(heads: 4, groups: 2, width: 3, valueWidth: 2, offsets: [0, 6]),
    Case(width: 3, valueWidth: 5, offsets: [0, 8], window: 3, cap: 1.2),
    Case(heads: 2, groups: 1, width: 4, valueWidth: 3, offsets: [0, 3, 5], prefixes: [4, 0]),
    Case(width: 2, valueWidth: 3, offsets: [0, 5], prefixes: [3], window: 4, causal: false),
  ]

  @Test(arguments: small, [false, true])
  func `the reference is the slope of the reference`(example: Case, frozen: Bool) {
    let attention = example.attention(frozenPattern: frozen)
    let rough = example.operands
    let operands = (query: rough.query.coarse, key: rough.key.coarse, value: rough.value.coarse)
    let cotangent = example.cotangents(1).single
    let gradient = Reference.attentionGradient(
      attention, operands.query, operands.key, operands.value, cotangent)
    let scores = Reference.attentionScores(attention, operands.query, operands.key)
    let pattern = Reference.attentionPattern(attention, scores)
    func metric(_ query: Tensor, _ key: Tensor, _ value: Tensor) -> Double {
      let pattern =
        frozen
        ? pattern
        : Reference.attentionPattern(attention, Reference.attentionScores(attention, query, key))
      let out = Reference.attentionMix(attention, pattern, heads: example.heads, value)
      return zip(out, cotangent.array).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let slopes = (
      slope(operands.query) { metric($0, operands.key, operands.value) },
      slope(operands.key) { metric(operands.query, $0, operands.value) },
      slope(operands.value) { metric(operands.query, operands.key, $0) }
    )
    expectClose(gradient.query, slopes.0, tolerance: 1e-8, "query")
    expectClose(gradient.key, slopes.1, tolerance: 1e-8, "key")
    expectClose(gradient.value, slopes.2, tolerance: 1e-8, "value")
  }

  /// Central differences of fourth order in every element.
  private func slope(_ x: Tensor, _ metric: (Tensor) -> Double) -> [Double] {
    let step: Float = 0x1p-9
    return (0..<x.count).map { index in
      func at(_ steps: Float) -> Double {
        var moved = x
        moved.withMutableFloats { $0[index] += steps * step }
        return metric(moved)
      }
      return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * Double(step))
    }
  }

  static let cases: [Case] =
    AttentionTests.cases + [
      Case(heads: 3, groups: 1, width: 12, valueWidth: 20, offsets: [0, 110], cap: 2),
      Case(heads: 1, groups: 1, width: 17, valueWidth: 48, offsets: [0, 100, 220], window: 40),
      Case(width: 4, offsets: [0, 5, 105], prefixes: [40, 33], window: 120),
    ]

  @Test(arguments: cases)
  func `pull-backs equal the reference`(example: Case) {
    let (attention, operands) = (example.attention, example.operands)
    let cotangents = example.cotangents(1)
    let expected = Reference.attentionGradient(
      attention, operands.query, operands.key, operands.value, cotangents.single)
    Variants.each { variant in
      let gradient = attention.gradient(operands, cotangents)
      expectClose(gradient[0], expected.query, tolerance: 3e-6, "\(variant) query")
      expectClose(gradient[1], expected.key, tolerance: 3e-6, "\(variant) key")
      expectClose(gradient[2], expected.value, tolerance: 3e-6, "\(variant) value")
    }
  }

  @Test(arguments: cases)
  func `steps and the whole have the same bits on any number of threads`(example: Case) {
    let (attention, operands) = (example.attention, example.operands)
    let cotangents = example.cotangents(2)
    Variants.each { variant in
      let whole = attention.gradient(operands, cotangents)
      for threads in [1, 2, 5] {
        Threads.with(count: threads) {
          let place: Comment = "\(variant), \(threads) threads"
          #expect(attention.gradient(operands, cotangents).haveEqualBits(to: whole), place)
          #expect(
            attention.gradient(operands, cotangents, steps: true).haveEqualBits(to: whole), place)
        }
      }
    }
  }

  @Test(arguments: cases)
  func `many cotangents equal one at a time`(example: Case) {
    let (attention, operands) = (example.attention, example.operands)
    let cotangents = example.cotangents(6)
    for steps in [false, true] {
      Variants.each { variant in
        let together = attention.gradient(operands, cotangents, steps: steps)
        for index in 0..<6 {
          let range = index..<index + 1
          let alone = attention.gradient(operands, cotangents.rows(range), steps: steps)
          #expect(alone.haveEqualBits(to: together.map { $0.rows(range) }), "\(variant), \(index)")
        }
      }
    }
  }

  @Test(arguments: [(4, 4), (4, 2), (6, 1)], [nil, 30] as [Int?])
  func `a sequence has the same bits alone and packed with many`(
    heads: (all: Int, groups: Int), window: Int?
  ) {
    let lengths = [100, 13, 0, 1, 30] + Array(repeating: 3, count: 20)
    let offsets = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let packed = Case(
      heads: heads.all, groups: heads.groups, width: 12, valueWidth: 20, offsets: offsets,
      window: window)
    let (operands, cotangents) = (packed.operands, packed.cotangents(1))
    Variants.each { variant in
      let whole = packed.attention.gradient(operands, cotangents)
      for sequence in 0..<5 {
        let range = offsets[sequence]..<offsets[sequence + 1]
        let part = (
          operands.query.rows(range), operands.key.rows(range), operands.value.rows(range)
        )
        let alone = Attention(packed.attention.shape, offsets: [0, range.count])
          .gradient(part, cotangents.single.rows(range).single)
        #expect(
          alone.haveEqualBits(to: whole.map { $0.single.rows(range).single }),
          "\(variant), \(range)")
      }
    }
  }

  @Test(arguments: [false, true])
  func `a frozen pattern lets cotangents reach the values alone`(steps: Bool) {
    let example = Case(heads: 4, groups: 2, offsets: [0, 30], cap: 3)
    let (operands, cotangents) = (example.operands, example.cotangents(2))
    let frozen = example.attention(frozenPattern: true)
    let tracked = (
      operands.query.tracked(), operands.key.tracked(), operands.value.tracked()
    )
    Variants.each { variant in
      let out = frozen.output(tracked, steps: steps)
      #expect(
        out.isBitEqual(to: example.attention.fused(operands.query, operands.key, operands.value)))
      let found = pullBack([(out, cotangents)], to: [tracked.0, tracked.1, tracked.2])
      #expect(found[0] == nil && found[1] == nil, "\(variant)")
      let free = example.attention.gradient(operands, cotangents)
      #expect(found[2]?.isBitEqual(to: free[2]) ?? false, "\(variant)")
    }
  }

  @Test func `cotangents of scores and pattern are kept where they are watched`() throws {
    let example = Case(offsets: [0, 9], prefixes: [4], window: 5, cap: 2)
    let (attention, operands) = (example.attention, example.operands)
    let cotangents = example.cotangents(1)
    let kept = Kept()
    let scores = attention.scores(operands.query, operands.key).watched { kept.scores = $0 }
    let pattern = attention.pattern(scores).watched { kept.pattern = $0 }
    pullBack([(attention.mix(pattern, operands.value), cotangents)])
    let numbers = Reference.attentionPattern(
      attention, Reference.attentionScores(attention, operands.query, operands.key))
    let slopes = Reference.attentionMixGradient(
      attention, numbers, operands.value, cotangents.single
    ).pattern
    expectClose(try #require(kept.pattern), slopes, tolerance: 2e-6, "pattern")
    expectClose(
      try #require(kept.scores), Reference.attentionPatternGradient(attention, numbers, slopes),
      tolerance: 2e-6, "scores")
  }

  @Test(arguments: [nil, 2] as [Float?])
  func `a recorded pass has the gradients of the whole, also through watched steps`(cap: Float?) {
    let example = Case(heads: 4, groups: 2, width: 12, offsets: [0, 40], prefixes: [3], cap: cap)
    let (attention, operands) = (example.attention, example.operands)
    let cotangents = example.cotangents(2)
    let kept = Kept()
    let tracked = (operands.query.tracked(), operands.key.tracked(), operands.value.tracked())
    let out = attention.recorded(tracked.0, tracked.1, tracked.2) { step, x in
      x.watched { if step == .scores { kept.scores = $0 } else { kept.pattern = $0 } }
    }
    let found = pullBack([(out, cotangents)], to: [tracked.0, tracked.1, tracked.2])
    #expect(found.compactMap(\.self).haveEqualBits(to: attention.gradient(operands, cotangents)))
    #expect(kept.scores?.shape == [2, 4, 40, 43] && kept.pattern?.shape == [2, 4, 40, 43])
  }

  @Test func `only what is wanted is formed, with the same bits`() {
    let example = Case(heads: 4, groups: 2, width: 12, offsets: [0, 40])
    let (attention, operands) = (example.attention, example.operands)
    let cotangents = example.cotangents(1)
    let all = attention.gradient(operands, cotangents)
    for steps in [false, true] {
      for wanted in 0..<3 {
        var inputs = [operands.query, operands.key, operands.value]
        inputs[wanted] = inputs[wanted].tracked()
        let out = attention.output((inputs[0], inputs[1], inputs[2]), steps: steps)
        let found = pullBack([(out, cotangents)], to: [inputs[wanted]])
        #expect(found[0]?.isBitEqual(to: all[wanted]) ?? false, "\(wanted), steps \(steps)")
      }
    }
  }

  @Test func `what is not visible does not matter, even when it is not finite`() {
    let example = Case(width: 16, valueWidth: 16, offsets: [0, 60], window: 14)
    let (attention, operands) = (example.attention, example.operands)
    let cotangents = example.cotangents(1)
    var broken = operands
    broken.key.withMutableFloats { $0[30 * 32 + 1] = .nan }
    broken.value.withMutableFloats { $0[30 * 32 + 17] = .infinity }
    Variants.each { variant in
      let clean = attention.gradient(operands, cotangents)
      let found = attention.gradient(broken, cotangents)
      // Queries 30 to 43 see the broken position; keys 17 to 43 are seen by one of these.
      for (index, rows) in [
        (0, [0..<30, 44..<60]), (1, [0..<17, 44..<60]), (2, [0..<17, 44..<60]),
      ] {
        for range in rows {
          #expect(
            found[index].single.rows(range).isBitEqual(to: clean[index].single.rows(range)),
            "\(variant), \(index), \(range)")
        }
      }
      #expect(!found[0].single.rows(30..<44).isFinite)
    }
  }
}

/// What a pull-back hands out on one thread.
private final class Kept: @unchecked Sendable {
  var scores: Tensor?
  var pattern: Tensor?
}

extension AttentionTests.Case {
  fileprivate func attention(frozenPattern: Bool) -> Attention {
    let free = attention
    return Attention(
      free.shape, offsets: free.offsets, prefixes: free.prefixes.isEmpty ? nil : free.prefixes,
      frozenPattern: frozenPattern)
  }

  /// `[count, N, H, Kv]`
  fileprivate func cotangents(_ count: Int) -> Tensor {
    Philox.tensor(9, count, offsets.last ?? 0, heads, valueWidth)
  }
}

extension Attention {
  fileprivate func output(_ operands: AttentionGradientTests.Operands, steps: Bool) -> Tensor {
    steps
      ? mix(pattern(scores(operands.query, operands.key)), operands.value)
      : fused(operands.query, operands.key, operands.value)
  }

  /// Cotangents of query, key and value.
  fileprivate func gradient(
    _ operands: AttentionGradientTests.Operands, _ cotangents: Tensor, steps: Bool = false
  ) -> [Tensor] {
    let tracked = (
      operands.query.tracked(), operands.key.tracked(), operands.value.tracked()
    )
    let found = pullBack(
      [(output(tracked, steps: steps), cotangents)], to: [tracked.0, tracked.1, tracked.2])
    return found.compactMap(\.self)
  }
}

extension Tensor {
  /// Multiples of 1/4096, to which steps of finite differences are added exactly.
  fileprivate var coarse: Tensor {
    Tensor(array.map { ($0 * 4096).rounded() / 4096 }, shape: shape)
  }

  /// The value of which there is one, or the one of a value.
  fileprivate var single: Tensor {
    rank == 4 ? reshaped(Array(shape.dropFirst())) : reshaped([1] + shape)
  }
}

extension [Tensor] {
  fileprivate func haveEqualBits(to others: [Tensor]) -> Bool {
    count == 3 && others.count == 3 && zip(self, others).allSatisfy { $0.isBitEqual(to: $1) }
  }
}
