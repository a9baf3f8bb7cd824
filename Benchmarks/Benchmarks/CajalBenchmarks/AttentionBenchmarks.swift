// SPDX-License-Identifier: Apache-2.0
import Benchmark
import CajalTensor

/// Causal attention of twelve heads of width 64, as GPT-2 small has them.
func attentionBenchmarks() {
  for tokens in [16, 512, 1024] {
    Benchmark("Attention fused \(tokens)x12x64") { benchmark in
      let heads = AttentionHeads(tokens: tokens)
      var mixed = heads.query
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations {
        mixed = heads.attention.fused(heads.query, heads.key, heads.value)
      }
      benchmark.stopMeasurement()
      heads.check(benchmark, mixed)
    }
    Benchmark("Attention scoresPatternMix \(tokens)x12x64") { benchmark in
      let heads = AttentionHeads(tokens: tokens)
      var mixed = heads.query
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations {
        let pattern = heads.attention.pattern(heads.attention.scores(heads.query, heads.key))
        mixed = heads.attention.mix(pattern, heads.value)
      }
      benchmark.stopMeasurement()
      heads.check(benchmark, mixed)
    }
    pullBackBenchmark(tokens)
  }
}

private func pullBackBenchmark(_ tokens: Int) {
  Benchmark("Attention forwardAndPullBack \(tokens)x12x64") { benchmark in
    let heads = AttentionHeads(tokens: tokens)
    let cotangent = Tensor(repeating: 1, shape: [1] + heads.value.shape)
    var (mixed, gradients) = (heads.query, [Tensor?]())
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations {
      let leaves = [heads.query, heads.key, heads.value].map { $0.tracked() }
      mixed = heads.attention.fused(leaves[0], leaves[1], leaves[2])
      gradients = pullBack([(mixed, cotangent)], to: leaves, releasing: true)
    }
    benchmark.stopMeasurement()
    heads.check(benchmark, mixed.detached)
    // A constant added to all values is added to every output: the cotangents of all keys sum to
    // as many as there are outputs.
    let sum = gradients[2]?.array.reduce(0.0) { $0 + Double($1) } ?? .nan
    benchmark.expect(
      abs(sum / Double(mixed.count) - 1) < 1e-4, "cotangents of values sum to \(sum)")
  }
}

/// Queries, keys and values, and what the last head makes of them at the last position.
private struct AttentionHeads {
  let attention: Attention
  let query: Tensor
  let key: Tensor
  let value: Tensor
  private let count = 12
  private let width = 64

  init(tokens: Int) {
    attention = Attention(AttentionShape(scale: 0.125), offsets: [0, tokens])
    query = Draws.normals(tokens, count, width)
    key = Draws.normals(tokens, count, width, stream: 1)
    value = Draws.normals(tokens, count, width, stream: 2)
  }

  func check(_ benchmark: Benchmark, _ mixed: Tensor) {
    let tokens = query.shape[0]
    let scores = (0..<tokens).map { position in
      0.125
        * (0..<width).reduce(0.0) { sum, k in
          sum + Double(query[tokens - 1, count - 1, k]) * Double(key[position, count - 1, k])
        }
    }
    let powers = scores.map { exponential($0 - (scores.max() ?? 0)) }
    let total = powers.reduce(0, +)
    let expected = (0..<tokens).reduce(0.0) { sum, position in
      sum + powers[position] / total * Double(value[position, count - 1, width - 1])
    }
    benchmark.expect(
      mixed[tokens - 1, count - 1, width - 1], near: expected, "last head at the last position")
  }
}
