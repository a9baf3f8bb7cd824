// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import CajalTestSupport
import Testing

struct AttentionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var heads = 2
    var groups = 2
    var width = 8
    var valueWidth = 8
    var offsets = [0, 1, 4, 23]
    var prefixes: [Int]?
    var window: Int?
    var cap: Float?
    var causal = true

    var attention: Attention {
      Attention(
        AttentionShape(scale: 0.37, window: window, cap: cap, causal: causal), offsets: offsets,
        prefixes: prefixes?.enumerated().map { sequence, count in
          count == 0 ? nil : prefix(count, seed: UInt64(10 + sequence))
        })
    }
    var operands: (query: Tensor, key: Tensor, value: Tensor) {
      (
        Philox.tensor(1, offsets.last ?? 0, heads, width, scale: 2),
        Philox.tensor(2, offsets.last ?? 0, groups, width),
        Philox.tensor(3, offsets.last ?? 0, groups, valueWidth)
      )
    }
    private func prefix(_ count: Int, seed: UInt64) -> KeysValues {
      var prefix = KeysValues(groups: groups, keyWidth: width, valueWidth: valueWidth)
      prefix.append(
        keys: Philox.tensor(seed, count, groups, width),
        values: Philox.tensor(seed + 100, count, groups, valueWidth))
      return prefix
    }
    var testDescription: String { "\(self)" }
  }

  static let cases: [Case] = [
    Case(), Case(offsets: [0, 70]), Case(heads: 6, groups: 2, window: 3),
    Case(heads: 6, groups: 1, cap: 1.5), Case(width: 5, valueWidth: 35, window: 1),
    Case(offsets: [0, 3, 3, 4, 24], prefixes: [6, 2, 28, 0], window: 17),
    Case(offsets: [0, 40], causal: false), Case(width: 48, valueWidth: 48, offsets: [0, 40]),
    Case(offsets: [0, 20], prefixes: [25], window: 6, causal: false),
    Case(offsets: [0, 0, 0], prefixes: [0, 5]), Case(offsets: [0]),
    Case(heads: 14, groups: 1, offsets: [0, 5], prefixes: [28]),
    Case(heads: 2, groups: 1, offsets: [0, 50], window: 20),
  ]

  @Test(arguments: cases)
  func `every step equals the reference`(example: Case) {
    let attention = example.attention
    let (query, key, value) = example.operands
    let scores = Reference.attentionScores(attention, query, key)
    let pattern = Reference.attentionPattern(attention, scores)
    let out = Reference.attentionMix(attention, pattern, heads: example.heads, value)
    Variants.each { variant in
      let kernelScores = attention.scores(query, key)
      let kernelPattern = attention.pattern(kernelScores)
      expectClose(kernelScores, scores, tolerance: 1e-6, "\(variant) scores")
      expectClose(kernelPattern, pattern, tolerance: 2e-6, "\(variant) pattern")
      expectClose(attention.mix(kernelPattern, value), out, tolerance: 2e-6, "\(variant) mix")
    }
  }

  @Test(arguments: cases)
  func `the fused form has the bits of the three steps on any number of threads`(example: Case) {
    let attention = example.attention
    let (query, key, value) = example.operands
    Variants.each { variant in
      let steps = attention.mix(attention.pattern(attention.scores(query, key)), value)
      for count in [1, 2, 5] {
        let fused = Threads.with(count: count) { attention.fused(query, key, value) }
        #expect(fused.isBitEqual(to: steps), "\(variant), \(count) threads")
        let again = Threads.with(count: count) {
          attention.mix(attention.pattern(attention.scores(query, key)), value)
        }
        #expect(again.isBitEqual(to: steps), "\(variant), \(count) threads")
      }
    }
  }

  @Test(arguments: cases)
  func `recording in one pass has the bits of the three steps`(example: Case) {
    let attention = example.attention
    let (query, key, value) = example.operands
    Variants.each { variant in
      let scores = attention.scores(query, key)
      let pattern = attention.pattern(scores)
      let mixed = attention.mix(pattern, value)
      var seen: [Attention.Step: Tensor] = [:]
      let out = attention.recorded(query, key, value) { step, x in
        seen[step] = x
        return x
      }
      #expect(seen[.scores]?.isBitEqual(to: scores) ?? false, "\(variant)")
      #expect(seen[.pattern]?.isBitEqual(to: pattern) ?? false, "\(variant)")
      #expect(out.isBitEqual(to: mixed), "\(variant)")
    }
  }

  @Test func `what a visit changes is what the later steps see`() {
    let attention = Attention(AttentionShape(scale: 0.4), offsets: [0, 20])
    let (query, key, value) = Case(offsets: [0, 20]).operands
    let scores = attention.scores(query, key)
    let doubled = Tensor(scores.array.map { $0 * 2 }, shape: scores.shape)
    let pattern = attention.pattern(scores)
    let halved = Tensor(pattern.array.map { $0 / 2 }, shape: pattern.shape)
    for (step, changed, expected) in [
      (Attention.Step.scores, doubled, attention.mix(attention.pattern(doubled), value)),
      (.pattern, halved, attention.mix(halved, value)),
    ] {
      var last: Tensor?
      let out = attention.recorded(query, key, value) {
        last = $1
        return $0 == step ? changed : $1
      }
      #expect(out.isBitEqual(to: expected))
      let seen = step == .scores ? attention.pattern(doubled) : pattern
      #expect(last?.isBitEqual(to: seen) ?? false)
    }
  }

  @Test(arguments: [nil, 5] as [Int?])
  func `a sequence has the same bits alone and packed`(window: Int?) {
    let shape = AttentionShape(scale: 0.4, window: window)
    let offsets = [0, 13, 14, 60]
    let (query, key, value) = (
      Philox.tensor(1, 60, 4, 16), Philox.tensor(2, 60, 2, 16), Philox.tensor(3, 60, 2, 16)
    )
    Variants.each { variant in
      let packed = Attention(shape, offsets: offsets).fused(query, key, value)
      for (first, last) in zip(offsets, offsets.dropFirst()) {
        let range = first..<last
        let alone = Attention(shape, offsets: [0, range.count]).fused(
          query.rows(range), key.rows(range), value.rows(range))
        #expect(alone.isBitEqual(to: packed.rows(range)), "\(variant), \(range)")
      }
    }
  }

  @Test func `what is not visible does not matter, even when it is not finite`() {
    let attention = Attention(AttentionShape(scale: 0.4, window: 9), offsets: [0, 30])
    let (query, key, value) = (
      Philox.tensor(1, 30, 1, 8), Philox.tensor(2, 30, 1, 8), Philox.tensor(3, 30, 1, 8)
    )
    var (brokenKey, brokenValue) = (key, value)
    brokenKey.withMutableFloats { $0[14 * 8] = .nan }
    brokenValue.withMutableFloats { $0[14 * 8 + 1] = .infinity }
    Variants.each { variant in
      let clean = attention.fused(query, key, value)
      let broken = attention.fused(query, brokenKey, brokenValue)
      #expect(broken.rows(0..<14).isBitEqual(to: clean.rows(0..<14)), "\(variant)")
      #expect(broken.rows(23..<30).isBitEqual(to: clean.rows(23..<30)), "\(variant)")
      #expect((14..<23).allSatisfy { !broken.rows($0..<$0 + 1).isFinite }, "\(variant)")
    }
  }

  @Test func `a row whose visible scores are all minus infinity gives zeros`() {
    let attention = Attention(AttentionShape(scale: 1), offsets: [0, 3])
    let scores = Tensor(
      [-.infinity, 9, 9, -.infinity, -.infinity, 9, 1, -.infinity, 1], shape: [1, 3, 3])
    let pattern = attention.pattern(scores)
    #expect(pattern.array == [0, 0, 0, 0, 0, 0, 0.5, 0, 0.5])
    let value = Tensor([1, 2, 3], shape: [3, 1, 1])
    #expect(attention.mix(pattern, value).array == [0, 0, 2])
  }

  @Test func `huge scores neither overflow nor lose the largest`() {
    let query = Tensor([1e30, -1e30, 0x1p-133], shape: [3, 1, 1])
    let value = Tensor([5, 7, 9], shape: [3, 1, 1])
    Variants.each { variant in
      let out = Attention(AttentionShape(scale: 1), offsets: [0, 3]).fused(
        query, Tensor([1, 2, 3], shape: [3, 1, 1]), value)
      #expect(out.array == [5, 5, 7], "\(variant)")
    }
  }
}
