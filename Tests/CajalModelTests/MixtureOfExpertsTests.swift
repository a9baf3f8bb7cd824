// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

/// A mixture of gated MLPs against the same sums in Float64.
struct MixtureOfExpertsTests {
  private let D = 4
  private let F = 6
  private let count = 5

  private func weight(_ name: String, _ shape: [Int], _ stream: UInt64) -> Weight {
    Weight(name, Philox(seed: 3, stream: stream).normals(shape: shape, scale: 0.6))
  }

  private func mixture(
    chosen: Int, renormalized: Bool, router: Tensor? = nil
  ) throws -> MixtureOfExperts {
    let experts = try (0..<count).map { index in
      let stream = UInt64(index * 3)
      return GatedMLP(
        gate: try Linear(weight("g\(index)", [F, D], stream)),
        up: try Linear(weight("u\(index)", [F, D], stream + 1)), activation: .silu,
        down: try Linear(weight("d\(index)", [D, F], stream + 2)))
    }
    let routing = router.map { Weight("r", $0) } ?? weight("r", [count, D], 99)
    return MixtureOfExperts(
      router: try Linear(routing), experts: experts, chosen: chosen, renormalized: renormalized)
  }

  private func product(_ linear: Linear, _ x: [Double]) -> [Double] {
    let matrix = linear.matrixValues
    return (0..<linear.outputs).map { o in
      x.indices.reduce(0) { $0 + Double(matrix[o, $1]) * x[$1] }
    }
  }

  /// Weights in use and output of one position.
  private func reference(
    _ mixture: MixtureOfExperts, _ x: [Double]
  ) -> (weights: [Double], output: [Double]) {
    let logits = product(mixture.router, x)
    let sum = logits.reduce(0) { $0 + exp($1) }
    let probabilities = logits.map { exp($0) / sum }
    let order = probabilities.indices.sorted { probabilities[$0] > probabilities[$1] }
      .prefix(mixture.chosen)
    let kept = order.reduce(0) { $0 + probabilities[$1] }
    var weights = [Double](repeating: 0, count: probabilities.count)
    var output = [Double](repeating: 0, count: x.count)
    for index in order {
      weights[index] = probabilities[index] / (mixture.renormalized ? kept : 1)
      let expert = mixture.experts[index]
      let (gate, up) = (product(expert.gate, x), product(expert.up, x))
      let hidden = zip(gate, up).map { $0 / (1 + exp(-$0)) * $1 }
      for (k, value) in product(expert.down, hidden).enumerated() {
        output[k] += weights[index] * value
      }
    }
    return (weights, output)
  }

  @Test(arguments: [1, 2, 5], [true, false])
  func `a mixture is the weighted sum of its experts`(_ chosen: Int, _ renormalized: Bool) throws {
    let mixture = try mixture(chosen: chosen, renormalized: renormalized)
    let x = Philox(seed: 8).normals(shape: [7, D], scale: 2)
    let rows = (0..<7).map { row in
      reference(mixture, x.rows(row..<row + 1).array.map(Double.init))
    }
    var recorder = Recorder()
    let output = mixture(x, layer: 4, try run(7), &recorder)
    #expect(recorder.visits.map(\.site) == mixture.sites(layer: 4))
    let trace = recorder.trace(of: try batch(7))
    expectClose(
      try #require(trace[.routerWeights, layer: 4]), rows.flatMap(\.weights), tolerance: 1e-6)
    expectClose(output, rows.flatMap(\.output), tolerance: 2e-6)
  }

  @Test func `equal weights go to the lower index`() throws {
    // Experts 1, 2 and 4 are equally likely, 0 and 3 less so.
    let router = Tensor(
      [0, 1, 1, 0, 1].flatMap { [$0, 0, 0, 0] }, shape: [5, 4])
    let mixture = try mixture(chosen: 2, renormalized: true, router: router)
    var recorder = Recorder()
    _ = mixture(Tensor([1, 0, 0, 0], shape: [1, 4]), layer: 0, try run(1), &recorder)
    let trace = recorder.trace(of: try batch(1))
    #expect(trace[.routerWeights, layer: 0]?.array == [0, 0.5, 0.5, 0, 0])
  }

  @Test func `a position's bits do not depend on the others`() throws {
    let mixture = try mixture(chosen: 2, renormalized: true)
    let x = Philox(seed: 8).normals(shape: [7, D], scale: 2)
    var tap = NoTap()
    let together = mixture(x, layer: 0, try run(7), &tap)
    for row in 0..<7 {
      let alone = mixture(x.rows(row..<row + 1), layer: 0, try run(1), &tap)
      #expect(alone.isBitEqual(to: together.rows(row..<row + 1)), "position \(row)")
    }
  }

  @Test func `an expert whose weight is set to zero has no part`() throws {
    let mixture = try mixture(chosen: 1, renormalized: false)
    let batch = try batch(3)
    var tap = InterventionTap(
      [Intervention(.scale(0), at: Site(.routerWeights, layer: 0))], batch: batch)
    let output = mixture(
      Philox(seed: 8).normals(shape: [3, D]), layer: 0, Run(batch, RunOptions()), &tap)
    try tap.finish()
    #expect(output.array.allSatisfy { $0 == 0 })
  }
}
