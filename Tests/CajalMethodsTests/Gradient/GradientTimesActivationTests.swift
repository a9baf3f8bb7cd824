// SPDX-License-Identifier: Apache-2.0
import CajalMethods
import CajalModel
import CajalTensor
import CajalTestSupport
import Testing

struct GradientTimesActivationTests {
  private let tokens = [1, 4, 2, 8, 5]

  @Test func `on a linear model the positions of a layer add up to the metric`() throws {
    var method = GradientTimesActivation()
    method.sites = [.residualPre, .residualPost]
    let result = try method.run(tokens, metric: .logitDifference(3, 8), on: LinearModel())
    let model = try LinearModel()
    let logits = try model.logits(TokenBatch(tokens))
    #expect(abs(result.value - Double(logits[4, 3] - logits[4, 8])) < 1e-6)
    for row in result.attributions.flatMap(\.values) {
      #expect(abs(row.reduce(0, +) - result.value) < 1e-5 * max(1, abs(result.value)))
    }
  }

  @Test(arguments: PatchUnit.allCases)
  func `on a linear model it is what setting the activation to zero takes away`(_ unit: PatchUnit)
    throws
  {
    let model = try LinearModel()
    let batch = try TokenBatch(tokens)
    var method = GradientTimesActivation()
    (method.sites, method.unit) = ([.headOutput], unit)
    let result = try method.run(tokens, metric: .logit(3), on: model)
    for layer in 0..<2 {
      for (column, found) in result.attributions[0].values[layer].enumerated() {
        let selection: Selection =
          switch unit {
          case .layer: .all
          case .position: Selection(positions: [column])
          case .head: Selection(heads: [column])
          }
        let trace = try model.record(
          batch,
          interventions: [
            Intervention(.scale(0), at: Site(.headOutput, layer: layer), selection)
          ])
        let without = Double(try #require(trace[.logits])[4, 3])
        #expect(abs(result.value - without - found) < 1e-5, "layer \(layer), \(column)")
      }
    }
  }

  @Test func `without names every site of the layers is attributed`() throws {
    let model = try LinearModel()
    let result = try GradientTimesActivation().run(tokens, metric: .loss, on: model)
    let names = Site.Name.allCases.filter { name in
      name.isInLayer && model.sites.contains { $0.name == name }
    }
    #expect(result.attributions.map(\.site) == names)
  }

  @Test func `a site that the model lacks is refused`() throws {
    var method = GradientTimesActivation()
    method.sites = [.mlpLinear]
    #expect(throws: MethodError.self) {
      try method.run(tokens, metric: .logit(3), on: LinearModel())
    }
  }
}
