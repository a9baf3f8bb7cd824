// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTensor
import CajalTestSupport
import Testing

@testable import CajalWorkbench

struct NumberStatisticsTests {
  private func statistics(_ values: [Float]) -> NumberStatistics {
    values.withUnsafeBufferPointer { NumberStatistics($0) }
  }

  @Test func `moments and extremes are those of the definitions`() {
    let all = statistics([2, 4, 4, 4, 5, 5, 7, 9, 0])
    #expect(all.count == 9 && all.zeros == 1)
    #expect(abs(all.mean - 40.0 / 9) < 1e-12)
    // Σx² = 232, so the root mean square is √(232/9) and the variance 232/9 − (40/9)².
    #expect(abs(all.rootMeanSquare - (232.0 / 9).squareRoot()) < 1e-12)
    #expect(abs(all.standardDeviation - (232.0 / 9 - 1600.0 / 81).squareRoot()) < 1e-12)
    #expect(abs(all.norm - 232.0.squareRoot()) < 1e-12)
    #expect(all.minimum == 0 && all.maximum == 9)
    #expect(all.zeroShare == 1.0 / 9)
  }

  @Test func `parts join to the statistics of the whole, far from zero too`() {
    let values = (0..<1000).map { 10_000 + Float($0 % 7) }
    var joined = statistics(Array(values[..<137]))
    joined.merge(statistics(Array(values[137..<138])))
    joined.merge(NumberStatistics())
    joined.merge(statistics(Array(values[138...])))
    let whole = statistics(values)
    #expect(joined.count == whole.count)
    #expect(abs(joined.mean - whole.mean) < 1e-9)
    #expect(abs(joined.standardDeviation - whole.standardDeviation) < 1e-9)
    // 1000 = 142 · 7 + 6: the remainders 0 … 5 once more often than 6.
    let mean = (142.0 * 21 + 15) / 1000
    let squares = (142.0 * 91 + 55) / 1000
    #expect(abs(whole.standardDeviation - (squares - mean * mean).squareRoot()) < 1e-9)
  }

  @Test func `stored tensors are read in parts whatever the threads`() throws {
    let folder = try TemporaryFolder()
    let values = Philox(seed: 3).normals(shape: [700, 800])
    try SafetensorsWriter.write([OutgoingTensor("w", values)], to: folder.path("w.safetensors"))
    let file = try Checkpoint.open(folder.path("w.safetensors"))
    let stored = try #require(file.tensors["w"])
    let one = try Threads.with(count: 1) { try NumberStatistics(stored) }
    let three = try Threads.with(count: 3) { try NumberStatistics(stored) }
    #expect(one == three)
    #expect(one.count == 560_000)
    // The standard error of the mean of 560 000 normal draws is 0.0013, of their deviation 0.00094.
    #expect(abs(one.mean) < 0.008)
    #expect(abs(one.standardDeviation - 1) < 0.006)
  }

  @Test func `nothing has no spread`() {
    let nothing = NumberStatistics()
    #expect(nothing.standardDeviation == 0 && nothing.rootMeanSquare == 0 && nothing.zeroShare == 0)
  }
}

struct WeightPlaceTests {
  @Test func `the first number that is a layer parts the name`() {
    let place = WeightPlace("model.layers.3.self_attn.q_proj.weight", layers: 5)
    #expect(place.layer == 3 && place.kind == "self_attn.q_proj")
    let bias = WeightPlace("transformer.h.0.attn.c_attn.bias", layers: 2)
    #expect(bias.layer == 0 && bias.kind == "attn.c_attn.bias")
  }

  @Test func `experts of a layer share a kind`() {
    let a = WeightPlace("model.layers.1.mlp.experts.0.w1.weight", layers: 2)
    let b = WeightPlace("model.layers.1.mlp.experts.7.w1.weight", layers: 2)
    #expect(a == b && a.kind == "mlp.experts.*.w1")
  }

  @Test func `what is outside the layers keeps its name`() {
    #expect(WeightPlace("model.embed_tokens.weight", layers: 2).kind == "embed_tokens")
    #expect(WeightPlace("lm_head.weight", layers: 2).layer == nil)
    #expect(WeightPlace("head.9.weight", layers: 2) == WeightPlace("head.9.weight", layers: 9))
  }
}
