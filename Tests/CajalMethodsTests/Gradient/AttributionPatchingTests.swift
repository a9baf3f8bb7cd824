// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

@testable import CajalMethods

struct AttributionPatchingTests {
  private func pair() throws -> PromptPair {
    try PromptPair(clean: [1, 4, 2, 8, 5], corrupted: [1, 7, 2, 3, 6])
  }

  /// Estimated and measured effects of every site that divides into the unit.
  private func compare(
    _ model: some LanguageModel, _ pair: PromptPair, _ unit: PatchUnit,
    _ direction: PatchDirection, _ metric: Metric,
    _ body: (_ estimated: [Double], _ measured: [Double], _ what: String) -> Void
  ) throws {
    var attribution = AttributionPatching()
    (attribution.unit, attribution.direction) = (unit, direction)
    let estimates = try attribution.run(pair, metric: metric, on: model)
    for grid in estimates.effects {
      var patching = ActivationPatching()
      (patching.site, patching.unit, patching.direction) = (grid.site, unit, direction)
      let found = try patching.run(pair, metric: metric, on: model)
      #expect(grid.layers == found.effects.layers && grid.unit == unit)
      #expect(estimates.clean == found.clean && estimates.corrupted == found.corrupted)
      body(
        Array(grid.values.joined()), Array(found.effects.values.joined()),
        "\(grid.site) by \(unit), \(direction)")
    }
  }

  @Test(arguments: PatchUnit.allCases, PatchDirection.allCases)
  func `on a linear model it equals activation patching`(
    _ unit: PatchUnit, _ direction: PatchDirection
  ) throws {
    let model = try LinearModel()
    try compare(model, pair(), unit, direction, .logitDifference(3, 8)) {
      estimated, measured, what in
      let distance = zip(estimated, measured).map { abs($0 - $1) }.max() ?? .infinity
      #expect(distance < 1e-5, "\(what): \(distance)")
    }
  }

  @Test(arguments: [PatchUnit.position, .head], PatchDirection.allCases)
  func `between prompts that hardly differ it agrees with activation patching`(
    _ unit: PatchUnit, _ direction: PatchDirection
  ) throws {
    let model = try Fixture("gpt2-hub").load()
    let pair = try PromptPair(clean: [3, 9, 4, 7, 1], corrupted: [3, 8, 4, 6, 1])
    // Tokens 8 and 6 are 9 and 7 with a small change.
    let embedding = try #require(try model.weights["wte.weight"]?.tensor())
    var near = embedding
    let noise = Philox(seed: 2).normals(shape: embedding.shape) * 1e-4
    let width = embedding.shape[1]
    near.withMutableFloats { floats in
      for (token, like) in [(8, 9), (6, 7)] {
        for k in 0..<width {
          floats[token * width + k] = embedding[like, k] + noise[token, k]
        }
      }
    }
    let changed = model.replacing(["wte.weight": near])
    func run(_ model: some LanguageModel) throws {
      try compare(model, pair, unit, direction, .logProbability(5)) { estimated, measured, what in
        let largest = measured.map(abs).max() ?? 0
        for (a, b) in zip(estimated, measured) {
          #expect(abs(a - b) < 0.02 * max(largest, 0.05), "\(what): \(a) for \(b)")
        }
      }
    }
    try run(changed)
  }

  @Test(arguments: PatchDirection.allCases)
  func `on a linear model the positions of a layer add up to the whole change`(
    _ direction: PatchDirection
  ) throws {
    var attribution = AttributionPatching()
    (attribution.sites, attribution.direction) = ([.residualPre, .residualPost], direction)
    let result = try attribution.run(pair(), metric: .logit(3), on: LinearModel())
    for row in result.effects.flatMap(\.values) {
      #expect(abs(row.reduce(0, +) - 1) < 1e-5)
    }
  }

  @Test func `the loss is that of the clean prompt's tokens`() throws {
    let model = try LinearModel()
    var (attribution, patching) = (AttributionPatching(), ActivationPatching())
    attribution.sites = [.residualPost]
    patching.site = .residualPost
    let estimate = try attribution.run(pair(), metric: .loss, on: model)
    let found = try patching.run(pair(), metric: .loss, on: model)
    #expect(estimate.clean == found.clean && estimate.corrupted == found.corrupted)
    // The last position predicts nothing, and what comes before the first difference never changes.
    #expect(estimate.effects[0].values[1][4] == 0 && estimate.effects[0].values[1][0] == 0)
    #expect(estimate.effects[0].values[1][1] != 0)
  }

  @Test(arguments: Fixture.all)
  func `every site of every architecture gets a finite estimate`(_ fixture: Fixture) throws {
    func run(_ model: some LanguageModel) throws {
      let pair = try Fixture.pair(model)
      let result = try AttributionPatching().run(pair, metric: .logit(5), on: model)
      let names = Site.Name.allCases.filter { name in
        name.isInLayer && model.sites.contains { $0.name == name }
      }
      #expect(result.effects.map(\.site) == names)
      for grid in result.effects {
        #expect(grid.values.allSatisfy { $0.allSatisfy(\.isFinite) }, "\(grid.site)")
        #expect(grid.values.allSatisfy { $0.count == pair.count }, "\(grid.site)")
      }
      let stream = try #require(result.effects.first { $0.site == .residualPre })
      #expect(stream.values.allSatisfy { $0.contains { $0 != 0 } }, "nothing flowed back")
    }
    try run(fixture.load())
  }

  @Test func `by head only sites with heads are estimated`() throws {
    var attribution = AttributionPatching()
    attribution.unit = .head
    let result = try attribution.run(pair(), metric: .logit(3), on: LinearModel())
    #expect(
      result.effects.map(\.site) == [
        .query, .key, .value, .attentionScores, .attentionPattern, .headOutput,
      ])
    #expect(result.effects.map { $0.values[0].count } == [2, 1, 1, 2, 2, 2])
  }

  @Test func `sites that the model lacks or that do not divide are refused`() throws {
    var attribution = AttributionPatching()
    attribution.sites = [.mlpLinear]
    #expect(throws: MethodError.self) {
      try attribution.run(pair(), metric: .logit(3), on: LinearModel())
    }
    (attribution.sites, attribution.unit) = ([.mlpOut], .head)
    let error = #expect(throws: MethodError.self) {
      try attribution.run(pair(), metric: .logit(3), on: LinearModel())
    }
    #expect(error?.message.contains("'mlpOut' has no heads") == true)
  }
}
