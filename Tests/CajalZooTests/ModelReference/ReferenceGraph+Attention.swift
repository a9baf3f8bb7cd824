// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Foundation

/// Attention of one batch in Float64: who sees whom, and the three steps.
struct ReferenceAttention {
  let shape: AttentionShape
  let batch: TokenBatch
  let heads, groups, width: Int

  private var N: Int { batch.count }
  private var longest: Int { batch.longest }

  /// Calls `body` with head, row, the first row of the row's sequence and the positions it sees.
  private func eachQuery(_ body: (Int, Int, Int, ClosedRange<Int>) -> Void) {
    for head in 0..<heads {
      for sequence in 0..<batch.sequenceCount {
        let rows = batch.rows(of: sequence)
        for position in 0..<rows.count {
          let earliest = shape.window.map { max(0, position - $0 + 1) } ?? 0
          body(head, rows.lowerBound + position, rows.lowerBound, earliest...position)
        }
      }
    }
  }

  /// [N, H, K] and [N, G, K] to [H, N, longest].
  func scores(_ query: [Double], _ key: [Double]) -> [Double] {
    var out = [Double](repeating: -.infinity, count: heads * N * longest)
    query.withUnsafeBufferPointer { query in
      key.withUnsafeBufferPointer { key in
        eachQuery { head, row, first, seen in
          for position in seen {
            let q = (row * heads + head) * width
            let k = ((first + position) * groups + head / (heads / groups)) * width
            var sum = 0.0
            for index in 0..<width { sum += query[q + index] * key[k + index] }
            sum *= Double(shape.scale)
            if let cap = shape.cap.map(Double.init) { sum = cap * tanh(sum / cap) }
            out[(head * N + row) * longest + position] = sum
          }
        }
      }
    }
    return out
  }

  /// Softmax over what is seen, zero elsewhere.
  func pattern(_ scores: [Double]) -> [Double] {
    var out = [Double](repeating: 0, count: scores.count)
    eachQuery { head, row, _, seen in
      let start = (head * N + row) * longest
      let largest = seen.map { scores[start + $0] }.max() ?? 0
      let powers = seen.map { exp(scores[start + $0] - largest) }
      let sum = powers.reduce(0, +)
      for (position, power) in zip(seen, powers) { out[start + position] = power / sum }
    }
    return out
  }

  /// [H, N, longest] and [N, G, K] to [N, H, K].
  func mix(_ pattern: [Double], _ value: [Double]) -> [Double] {
    var out = [Double](repeating: 0, count: N * heads * width)
    out.withUnsafeMutableBufferPointer { out in
      value.withUnsafeBufferPointer { value in
        eachQuery { head, row, first, seen in
          let o = (row * heads + head) * width
          for position in seen {
            let weight = pattern[(head * N + row) * longest + position]
            let v = ((first + position) * groups + head / (heads / groups)) * width
            for index in 0..<width { out[o + index] += weight * value[v + index] }
          }
        }
      }
    }
    return out
  }
}

extension ReferenceGraph {
  /// Attention with its projections, sites visited.
  mutating func attention(_ block: SelfAttention, _ x: Int, _ layer: Int) -> Int {
    let (query, key, value) = (
      ReferenceLinear(block.query), ReferenceLinear(block.key), ReferenceLinear(block.value)
    )
    let (H, G) = (block.heads, block.keyValueHeads)
    let width = query.outputs / H
    var q = visit(.query, layer, add(x) { query($0) })
    var k = visit(.key, layer, add(x) { key($0) })
    let v = visit(.value, layer, add(x) { value($0) })
    if block.queryNorm != nil || block.keyNorm != nil || block.rotary != nil {
      if let norm = block.queryNorm { q = headNorm(norm, q, heads: H, width: width) }
      if let norm = block.keyNorm { k = headNorm(norm, k, heads: G, width: width) }
      if let rotary = block.rotary {
        let table = tables[rotary]
        q = add(q) { table.turned($0, heads: H, width: width) }
        k = add(k) { table.turned($0, heads: G, width: width) }
      }
      q = visit(.queryRotated, layer, q)
      k = visit(.keyRotated, layer, k)
    }
    let heads = ReferenceAttention(
      shape: block.attention.form, batch: batch, heads: H, groups: G, width: width)
    let scores = visit(.attentionScores, layer, add(q, k) { heads.scores($0, $1) })
    let computed = add(scores) { heads.pattern($0) }
    notePattern(computed)
    let pattern = visit(.attentionPattern, layer, computed)
    let mixed = visit(.headOutput, layer, add(pattern, v) { heads.mix($0, $1) })
    let output = ReferenceLinear(block.output)
    return add(mixed) { output($0) }
  }

  /// A norm of queries or keys.
  private mutating func headNorm(
    _ norm: HeadNormalization, _ x: Int, heads: Int, width: Int
  ) -> Int {
    let over = norm.extent == .heads ? heads * width : width
    let plain = normalized(norm.norm, x, width: over, sites: nil, layer: nil)
    let (gain, bias) = Self.parameters(norm.norm)
    return add(plain) { Self.affine($0, gain: gain, bias: bias) }
  }
}

/// A rotary table in Float64: the angles' cosines and sines are the run's own.
struct ReferenceRotary {
  private let cosine, sine: [Double]
  private let turning: Int
  private let layout: RotaryLayout

  /// The table of a run.
  init(_ table: RotaryTable, of embedding: RotaryEmbedding) {
    cosine = table.cosine.array.map(Double.init)
    sine = table.sine.array.map(Double.init)
    (turning, layout) = (embedding.width, embedding.layout)
  }

  /// [N, heads, width], the first components of every head turned in pairs.
  func turned(_ x: [Double], heads: Int, width: Int) -> [Double] {
    let half = turning / 2
    var out = x
    for head in 0..<x.count / width {
      for pair in 0..<half {
        let first = head * width + (layout == .halves ? pair : 2 * pair)
        let second = layout == .halves ? first + half : first + 1
        let angle = head / heads * half + pair
        out[first] = x[first] * cosine[angle] - x[second] * sine[angle]
        out[second] = x[second] * cosine[angle] + x[first] * sine[angle]
      }
    }
    return out
  }
}
