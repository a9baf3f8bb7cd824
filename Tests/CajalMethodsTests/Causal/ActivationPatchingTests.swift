// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

@testable import CajalMethods

struct ActivationPatchingTests {
  private func patching(
    _ site: Site.Name, _ unit: PatchUnit, _ direction: PatchDirection = .denoising
  ) -> ActivationPatching {
    var patching = ActivationPatching()
    (patching.site, patching.unit, patching.direction) = (site, unit, direction)
    return patching
  }

  /// Every site of the layers with every unit it divides into.
  private func everything(_ model: any LanguageModel) -> [ActivationPatching] {
    let names = Site.Name.allCases.filter { name in
      name.isInLayer && model.sites.contains { $0.name == name }
    }
    return names.flatMap { name in
      PatchUnit.allCases.filter { $0 != .head || name.axes.contains(.head) }
        .map { patching(name, $0) }
    }
  }

  @Test(arguments: Fixture.all)
  func `every patch of every site has the bits of a run of its own`(_ fixture: Fixture) throws {
    let model = try fixture.load()
    let pair = try Fixture.pair(model)
    let metric = Metric.logitDifference(5, 9)
    for patching in everything(model) {
      let found = try patching.run(pair, metric: metric, on: model)
      let expected = try NaivePatching(patching: patching).values(pair, metric, on: model)
      #expect(found.values.values == expected, "\(patching.site) by \(patching.unit)")
    }
  }

  @Test(arguments: [
    Metric.loss, .logit(3), .logProbability(7),
    .divergence(from: Philox(seed: 4).normals(shape: [1, 48])),
  ])
  func `every metric reads what a run of its own reads, both ways`(_ metric: Metric) throws {
    let model = try Fixture("llama-grouped").load()
    let pair = try Fixture.pair(model)
    for direction in PatchDirection.allCases {
      for unit in [PatchUnit.position, .head] {
        let patching = patching(.value, unit, direction)
        let found = try patching.run(pair, metric: metric, on: model)
        let expected = try NaivePatching(patching: patching).values(pair, metric, on: model)
        #expect(found.values.values == expected, "\(direction) \(unit)")
      }
    }
  }

  @Test(arguments: [1, 9, 50])
  func `how many rows and logits are held at once changes no bit`(_ limit: Int) throws {
    let model = try Fixture("gpt2-hub").load()
    let pair = try Fixture.pair(model)
    let sites = try PatchSites.sites(.residualMid, of: model)
    let answers = try TokenBatch(pair.clean)
    let (base, source) = (
      try PatchSide(pair.corrupted, answers: answers, sites: sites, metric: .loss, on: model),
      try PatchSide(pair.clean, answers: answers, sites: sites, metric: .loss, on: model)
    )
    let patches = try sites.flatMap {
      try Patch.all(.position, site: $0, positions: pair.count, heads: nil)
    }
    func values<M: LanguageModel>(_ model: M, _ limit: Int) throws -> [Double] {
      var runs = PatchedRuns(
        model: model, metric: .loss, answers: answers, site: .residualMid, base: base,
        source: source)
      (runs.rowsAtOnce, runs.logitsAtOnce) = (limit, limit)
      return try runs.values(patches) { _, _ in }
    }
    #expect(try values(model, limit) == values(model, .max))
  }

  @Test(arguments: Fixture.all, PatchDirection.allCases)
  func `moving the whole residual stream moves the whole behaviour`(
    _ fixture: Fixture, _ direction: PatchDirection
  ) throws {
    let model = try fixture.load()
    let pair = try Fixture.pair(model)
    for (site, metric) in [
      (Site.Name.residualPre, Metric.loss), (.residualPost, .logitDifference(5, 9)),
    ] {
      let result = try patching(site, .layer, direction).run(pair, metric: metric, on: model)
      let expected = direction == .denoising ? result.clean : result.corrupted
      #expect(result.values.values == Array(repeating: [expected], count: model.shape.layers))
      #expect(result.effects.values.allSatisfy { $0 == [1] })
    }
  }

  @Test func `baselines are the metrics of the prompts and effects lie between them`() throws {
    let model = try Fixture("gpt2-hub").load()
    let pair = try Fixture.pair(model)
    let metric = Metric.logitDifference(5, 9)
    func plain(_ tokens: [Int]) throws -> Double {
      let logits = try model.logits(TokenBatch(tokens))
      return Double(logits[7, 5]) - Double(logits[7, 9])
    }
    for direction in PatchDirection.allCases {
      let result = try patching(.attentionOut, .position, direction)
        .run(pair, metric: metric, on: model)
      #expect(try result.clean == plain(pair.clean))
      #expect(try result.corrupted == plain(pair.corrupted))
      let (zero, one) =
        direction == .denoising
        ? (result.corrupted, result.clean) : (result.clean, result.corrupted)
      #expect(result.effects.layers == [0, 1] && result.effects.site == .attentionOut)
      #expect(result.effects.unit == .position)
      for (effects, values) in zip(result.effects.values, result.values.values) {
        expectClose(effects, values.map { ($0 - zero) / (one - zero) }, tolerance: 1e-12)
      }
    }
  }

  @Test func `a patch of what both prompts share does nothing`() throws {
    let model = try Fixture("llama-grouped").load()
    let pair = try Fixture.pair(model)
    let effects = try patching(.residualPre, .position)
      .run(pair, metric: .logit(5), on: model).effects.values
    // Tokens 0, 1 and 4 are shared; behind the first layer only what precedes every difference is.
    #expect(effects[0][0] == 0 && effects[0][1] == 0 && effects[0][4] == 0)
    #expect(effects[1][0] == 0 && effects[1][1] == 0 && effects[1][4] != 0)
    #expect(effects[0][7] != 0)
  }

  @Test func `keys and values have as many columns as key-value heads`() throws {
    let model = try Fixture("llama-grouped").load()
    let pair = try Fixture.pair(model)
    func columns(_ site: Site.Name) throws -> Int {
      try patching(site, .head).run(pair, metric: .logit(5), on: model).effects.values[0].count
    }
    #expect(try columns(.key) == 2 && columns(.value) == 2 && columns(.keyRotated) == 2)
    #expect(try columns(.query) == 4 && columns(.headOutput) == 4)
    #expect(try columns(.attentionPattern) == 4)
  }

  // MARK: Progress

  @Test func `progress counts every row and what it throws ends the work`() throws {
    struct Stop: Error {}
    let model = try Fixture("gpt2-hub").load()
    let pair = try Fixture.pair(model)
    for site in [Site.Name.residualPre, .residualPost, .mlpOut, .key] {
      var seen: [(Int, Int)] = []
      _ = try patching(site, .position).run(pair, metric: .logit(5), on: model) {
        seen.append(($0, $1))
      }
      let last = try #require(seen.last)
      #expect(last.0 == last.1 && seen.map(\.0) == seen.map(\.0).sorted(), "\(site)")
      #expect(seen.allSatisfy { $0.1 == last.1 })
    }
    #expect(throws: Stop.self) {
      try patching(.residualPre, .position).run(pair, metric: .logit(5), on: model) { done, _ in
        if done > 0 { throw Stop() }
      }
    }
  }

  // MARK: Refusals

  @Test func `prompts of different length are refused with both lengths`() {
    let error = #expect(throws: MethodError.self) {
      try PromptPair(clean: [1, 2, 3], corrupted: [1, 2])
    }
    #expect(error?.code == .prompts)
    #expect(error?.message.contains("3 tokens and the corrupted one 2") == true)
  }

  @Test func `two equal prompts are refused`() {
    let error = #expect(throws: MethodError.self) { try PromptPair(clean: [1], corrupted: [1]) }
    #expect(error?.code == .prompts)
  }

  @Test func `a metric that does not tell the prompts apart is refused`() throws {
    let model = try Fixture("gpt2-hub").load()
    // The metric sees only the last position, and an attention that nothing reaches changes nothing.
    let silent = model.replacing([
      "h.0.attn.c_proj.weight": Tensor(zeros: [16, 16]),
      "h.0.attn.c_proj.bias": Tensor(zeros: [16]),
      "h.1.attn.c_proj.weight": Tensor(zeros: [16, 16]),
      "h.1.attn.c_proj.bias": Tensor(zeros: [16]),
    ])
    let pair = try PromptPair(clean: [1, 2, 3], corrupted: [1, 7, 3])
    let error = #expect(throws: MethodError.self) {
      try ActivationPatching().run(pair, metric: .logit(5), on: silent)
    }
    #expect(error?.code == .metric)
    #expect(error?.message.contains("on both prompts") == true)
  }

  @Test func `a metric that is no number is refused`() {
    let error = #expect(throws: MethodError.self) {
      try EffectScale(clean: .nan, corrupted: 1, .denoising)
    }
    #expect(error?.code == .metric)
  }

  @Test(arguments: [
    (Site.Name.logits, PatchUnit.position, "is no part of a layer"),
    (.mlpLinear, .position, "this model has no 'mlpLinear' to patch; it has residualPre"),
    (.mlpOut, .head, "'mlpOut' has no heads"),
  ])
  func `a site that cannot be patched so is refused`(
    site: Site.Name, unit: PatchUnit, reason: String
  ) throws {
    let model = try Fixture("gpt2-hub").load()
    let error = #expect(throws: MethodError.self) {
      try patching(site, unit).run(Fixture.pair(model), metric: .logit(5), on: model)
    }
    #expect(error?.code == .site)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test func `a metric or a token outside the vocabulary is refused`() throws {
    let model = try Fixture("gpt2-hub").load()
    let pair = try Fixture.pair(model)
    #expect(throws: ModelError.self) {
      try ActivationPatching().run(pair, metric: .logit(4800), on: model)
    }
    #expect(throws: ModelError.self) {
      try ActivationPatching().run(
        PromptPair(clean: [4800], corrupted: [1]), metric: .logit(5), on: model)
    }
  }
}
