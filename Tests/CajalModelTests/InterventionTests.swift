// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

/// Every action against numbers worked out by hand.
struct InterventionTests {
  private let site = Site(.residualPost, layer: 1)
  /// Three rows of two.
  private let value = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])

  private func changed(
    _ action: Intervention.Action, _ selection: String = "", _ lengths: TokenBatch? = nil
  ) throws -> [Float] {
    try apply(
      action, at: site, Selection(parsing: selection), to: value, lengths ?? batch(3)
    ).array
  }

  private func tensor(_ values: Float...) -> Tensor { Tensor(values, shape: [values.count]) }

  // MARK: Set, add, scale

  @Test func `set takes one number, one row, or every number`() throws {
    #expect(try changed(.set(tensor(9))) == [9, 9, 9, 9, 9, 9])
    #expect(try changed(.set(tensor(8, 9))) == [8, 9, 8, 9, 8, 9])
    #expect(try changed(.set(tensor(1, 3, 5, 7, 9, 11))) == [1, 3, 5, 7, 9, 11])
  }

  @Test func `set leaves what is not selected`() throws {
    #expect(try changed(.set(tensor(9)), "[position=1]") == [1, 2, 9, 9, 5, 6])
    #expect(try changed(.set(tensor(9)), "[neuron=1]") == [1, 9, 3, 9, 5, 9])
    #expect(try changed(.set(tensor(7, 8)), "[position=0+2,neuron=1]") == [1, 7, 3, 4, 5, 8])
  }

  @Test func `add takes one number, one row, or every number`() throws {
    #expect(try changed(.add(tensor(10))) == [11, 12, 13, 14, 15, 16])
    #expect(try changed(.add(tensor(10, 20)), "[position=2]") == [1, 2, 3, 4, 15, 26])
    #expect(try changed(.add(tensor(1, 2, 3, 4, 5, 6))) == [2, 4, 6, 8, 10, 12])
  }

  @Test func `scale multiplies the selection`() throws {
    #expect(try changed(.scale(-2), "[position=-1]") == [1, 2, 3, 4, -10, -12])
  }

  // MARK: Directions

  @Test func `projecting out leaves no component and changes nothing twice`() throws {
    // (1, 2) − ((1·3 + 2·4) / 25) (3, 4) = (1 − 33/25, 2 − 44/25), and so on.
    let direction = tensor(3, 4)
    let once = try changed(.projectOut(direction))
    expectClose(
      once.map(Double.init), [-0.32, 0.24, 0, 0, 0.32, -0.24], tolerance: 1e-6)
    for row in 0..<3 {
      #expect(abs(3 * Double(once[2 * row]) + 4 * Double(once[2 * row + 1])) < 1e-6)
    }
    let twice = try apply(
      .projectOut(direction), at: site, to: Tensor(once, shape: [3, 2]), batch(3))
    expectClose(twice.array.map(Double.init), once.map(Double.init), tolerance: 1e-6)
  }

  @Test func `clamping turns a feature to its target`() throws {
    // The feature reads 2 x₀ + x₁ − 1 and writes (0.4, 0.2): encoder · decoder = 1.
    let feature = Intervention.Feature(
      encoder: tensor(2, 1), bias: -1, decoder: tensor(0.4, 0.2))
    let result = try changed(.clamp(feature, to: 10))
    // Readings are 3, 9 and 15: turned by 7, 1 and −5.
    expectClose(
      result.map(Double.init), [1 + 2.8, 2 + 1.4, 3.4, 4.2, 5 - 2, 6 - 1], tolerance: 1e-6)
    for row in 0..<3 {
      #expect(abs(2 * result[2 * row] + result[2 * row + 1] - 1 - 10) < 1e-5)
    }
  }

  @Test func `a feature at or below its threshold counts as off`() throws {
    // Readings are 3, 9 and 15; the first two are off and turned by 10 rather than by 7 and 1.
    let feature = Intervention.Feature(
      encoder: tensor(2, 1), bias: -1, threshold: 9, decoder: tensor(0.4, 0.2))
    let result = try changed(.clamp(feature, to: 10))
    expectClose(result.map(Double.init), [5, 4, 7, 6, 3, 5], tolerance: 1e-6)
  }

  // MARK: Other values

  @Test func `replace copies the same coordinates`() throws {
    let other = Tensor([10, 20, 30, 40, 50, 60], shape: [3, 2])
    #expect(try changed(.replace(other), "[position=1]") == [1, 2, 30, 40, 5, 6])
    #expect(try changed(.replace(other), "[neuron=0]") == [10, 2, 30, 4, 50, 6])
  }

  @Test func `mean ablation puts the mean of the run or of a pool`() throws {
    #expect(try changed(.meanAblate(nil), "[position=0]") == [3, 4, 3, 4, 5, 6])
    let pool = Tensor([0, 1, 4, 2], shape: [2, 2])
    #expect(try changed(.meanAblate(pool)) == [2, 1.5, 2, 1.5, 2, 1.5])
    #expect(try changed(.meanAblate(pool), "[neuron=1]") == [1, 1.5, 3, 1.5, 5, 1.5])
  }

  @Test func `mean ablation takes each head and each denominator for itself`() throws {
    let heads = try apply(
      .meanAblate(nil), at: Site(.query, layer: 0), Selection(parsing: "[head=1]"),
      to: Tensor([1, 2, 3, 4, 5, 6, 7, 8], shape: [2, 2, 2]), batch(2))
    #expect(heads.array == [1, 2, 5, 6, 5, 6, 5, 6])
    let scales = try apply(
      .meanAblate(nil), at: Site(.finalNormScale), to: Tensor([1, 2, 6], shape: [3]), batch(3))
    #expect(scales.array == [3, 3, 3])
  }

  @Test func `resampling depends on the seed and the row's index alone`() throws {
    let pool = Tensor((0..<64).map { Float($0) }, shape: [32, 2])
    let whole = try changed(.resampleAblate(pool, seed: 5))
    for row in 0..<3 {
      #expect(pool[Int(whole[2 * row]) / 2, 1] == whole[2 * row + 1], "no row of the pool")
      let alone = try changed(.resampleAblate(pool, seed: 5), "[position=\(row)]")
      #expect(alone[2 * row] == whole[2 * row])
    }
    #expect(try changed(.resampleAblate(pool, seed: 5), "", batch(1, 2)) == whole)
    let others = try (6..<12).map { try changed(.resampleAblate(pool, seed: $0)) }
    #expect(Set(others + [whole]).count > 4, "other seeds draw the same rows")
  }

  @Test func `resampling from the run draws its own rows`() throws {
    let result = try changed(.resampleAblate(nil, seed: 1))
    for row in 0..<3 {
      #expect([[1, 2], [3, 4], [5, 6]].contains([result[2 * row], result[2 * row + 1]]))
    }
  }

  // MARK: Refusals

  @Test func `numbers that do not fit are refused with both counts`() throws {
    let cases: [(Intervention.Action, String)] = [
      (.set(tensor(1, 2, 3)), "3 numbers do not fit the 3 × 2 components"),
      (.add(tensor(1, 2, 3, 4)), "4 numbers do not fit the 3 × 2 components"),
      (.set(Tensor(zeros: [0])), "0 numbers do not fit the 3 × 2 components"),
      (
        .projectOut(tensor(1)),
        "the direction at 'residualPost.1' has 1 components, the selection 2"
      ),
      (.projectOut(tensor(0, 0)), "the direction to project out at 'residualPost.1' is zero"),
      (.replace(tensor(1, 2)), "has shape [2], the site [3, 2]"),
      (.meanAblate(tensor(1, 2)), "a pool of shape [2] does not fit 'residualPost.1' of [3, 2]"),
      (.meanAblate(Tensor(zeros: [0, 2])), "a pool of shape [0, 2] does not fit"),
      (.resampleAblate(Tensor(zeros: [4, 3]), seed: 0), "a pool of shape [4, 3] does not fit"),
      (
        .clamp(.init(encoder: tensor(1, 2, 3), decoder: tensor(1, 2, 3)), to: 1),
        "the encoder at 'residualPost.1' has 3 components, the selection 2"
      ),
    ]
    for (action, message) in cases {
      let error = #expect(throws: ModelError.self) { try changed(action) }
      #expect(error?.code == .intervention)
      #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
  }

  @Test func `patterns have no rows to take a mean of`() throws {
    for action in [Intervention.Action.meanAblate(nil), .resampleAblate(nil, seed: 0)] {
      let error = #expect(throws: ModelError.self) {
        try apply(
          action, at: Site(.attentionPattern, layer: 0), to: Tensor(zeros: [1, 2, 2]), batch(2))
      }
      #expect(error?.message.contains("'attentionPattern.0' has heads") == true)
    }
  }
}
