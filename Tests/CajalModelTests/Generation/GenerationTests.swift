// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Testing

/// Generation against the loop it must equal: the whole sequence run again for every token.
struct GenerationTests {
  private let model: TinyModel
  private let prompt = [3, 1, 4, 1]
  private let steps = 5

  init() throws { model = try TinyModel(seed: 5) }

  private func parse(_ selection: String) throws -> Selection { try Selection(parsing: selection) }

  /// Tokens and logits of a generation of one sequence.
  private func generated(
    _ interventions: [Intervention] = [], sampling: Sampling = .greedy
  ) throws -> (tokens: [Int], logits: [Tensor]) {
    var generation = try Generation(
      model, prompts: [prompt], sampling: sampling, interventions: interventions)
    var logits: [Tensor] = []
    for _ in 0..<steps {
      logits.append(try generation.logits())
      #expect(try generation.step().map(\.sequence) == [0])
    }
    try generation.finish()
    return (Array(generation.sequences[0].made), logits)
  }

  /// The same from runs over everything, with interventions that may differ from length to length.
  private func uncached(
    sampling: Sampling = .greedy, _ interventions: (_ length: Int) throws -> [Intervention]
  ) throws -> (tokens: [Int], logits: [Tensor]) {
    var tokens = prompt
    var logits: [Tensor] = []
    for step in 0..<steps {
      let batch = try TokenBatch(tokens)
      let trace = try model.record(
        batch, sites: [Site(.logits)], interventions: interventions(tokens.count))
      logits.append(try #require(trace[.logits]).rows(tokens.count - 1..<tokens.count))
      tokens.append(try sampling.next(logits[step], after: tokens, step: step))
    }
    return (Array(tokens.dropFirst(prompt.count)), logits)
  }

  private func expectSame(
    _ found: (tokens: [Int], logits: [Tensor]), _ wanted: (tokens: [Int], logits: [Tensor]),
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.tokens == wanted.tokens, sourceLocation: sourceLocation)
    for (step, pair) in zip(found.logits, wanted.logits).enumerated() {
      #expect(
        pair.0.shape == pair.1.shape && pair.0.isBitEqual(to: pair.1), "step \(step)",
        sourceLocation: sourceLocation)
    }
  }

  @Test func `tokens and logits are those of runs over everything`() throws {
    expectSame(try generated(), try uncached { _ in [] })
    var sampling = Sampling()
    (sampling.temperature, sampling.topP, sampling.repetitionPenalty) = (1.5, 0.9, 1.4)
    sampling.seed = 3
    expectSame(try generated(sampling: sampling), try uncached(sampling: sampling) { _ in [] })
  }

  private static let direction = Tensor([0.5, -1, 0.25, 2], shape: [4])

  /// Interventions whose past stays what it is when a sequence grows.
  static let stable: [(Intervention.Action, Site, String)] = [
    (.scale(0.2), Site(.attentionOut, layer: 1), ""),
    (.add(direction), Site(.residualPost, layer: 0), "[position=2]"),
    (.add(direction), Site(.residualPre, layer: 1), "[position=1:3+0]"),
    (.set(Tensor([7], shape: [1])), Site(.mlpPost, layer: 0), "[neuron=-1]"),
    (.projectOut(direction), Site(.residualMid, layer: 0), ""),
    (.scale(-1), Site(.keyRotated, layer: 0), "[head=1]"),
    (.scale(3), Site(.key, layer: 1), "[position=0]"),
    (.scale(0.5), Site(.value, layer: 1), "[position=3]"),
    (.set(Tensor([0], shape: [1])), Site(.attentionPattern, layer: 1), "[head=0,key=1]"),
    (.scale(2), Site(.attentionScores, layer: 0), "[position=2:]"),
    (.scale(0.5), Site(.attentionNormScale, layer: 1), ""),
    (.set(Tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [9])), Site(.logits), "[position=0:4]"),
    (.scale(1.5), Site(.finalResidual), ""),
    (
      .clamp(.init(encoder: direction, threshold: 0.1, decoder: direction), to: 1),
      Site(.residualPost, layer: 1), "[position=1:]"
    ),
    (.meanAblate(Tensor([1, 2, 3, 4], shape: [1, 4])), Site(.mlpOut, layer: 0), "[position=2]"),
    (
      .resampleAblate(Philox(seed: 2).normals(shape: [7, 4]), seed: 9),
      Site(.attentionOut, layer: 0),
      ""
    ),
  ]

  @Test(arguments: stable.indices)
  func `interventions act as in runs over everything`(_ index: Int) throws {
    let (action, site, selection) = Self.stable[index]
    let one = Intervention(action, at: site, try parse(selection))
    let changed = try generated([one])
    expectSame(changed, try uncached { _ in [one] })
    let plain = try generated()
    #expect(
      !zip(changed.logits, plain.logits).allSatisfy { $0.isBitEqual(to: $1) },
      "\(site)\(selection) has no effect")
  }

  @Test func `several interventions at one site act in their order`() throws {
    let site = Site(.residualPost, layer: 0)
    let both = [
      Intervention(.scale(0), at: site), Intervention(.add(Self.direction), at: site),
      Intervention(.scale(2), at: Site(.value, layer: 1), try parse("[position=1]")),
    ]
    expectSame(try generated(both), try uncached { _ in both })
  }

  @Test func `a position behind the prompt is changed when it comes`() throws {
    let late = Intervention(
      .add(Self.direction), at: Site(.residualPost, layer: 0), try parse("[position=6]"))
    expectSame(try generated([late]), try uncached { $0 > 6 ? [late] : [] })
  }

  @Test func `the last position is every newest one, and what was changed stays`() throws {
    func add(_ selection: String) throws -> Intervention {
      Intervention(.add(Self.direction), at: Site(.residualPost, layer: 0), try parse(selection))
    }
    let last = try generated([try add("[position=-1]")])
    expectSame(last, try uncached { _ in [try add("[position=3:]")] })
    // Running everything again would change the newest alone.
    let moving = try uncached { _ in [try add("[position=-1]")] }
    #expect(last.logits[0].isBitEqual(to: moving.logits[0]))
    #expect(!last.logits[1].isBitEqual(to: moving.logits[1]))
    expectSame(
      try generated([try add("[position=-2]")]), try uncached { _ in [try add("[position=2]")] })
    expectSame(
      try generated([try add("[position=-3:]")]), try uncached { _ in [try add("[position=1:]")] })
  }

  @Test func `a trace replaces the positions it has`() throws {
    let site = Site(.residualPost, layer: 0)
    let trace = Philox(seed: 8).normals(shape: [6, TinyModel.width])
    func set(_ count: Int) throws -> Intervention {
      Intervention(.set(trace.rows(0..<count)), at: site, try parse("[position=0:\(count)]"))
    }
    expectSame(
      try generated([Intervention(.replace(trace), at: site)]),
      try uncached { [try set(min($0, 6))] })
    expectSame(
      try generated([
        Intervention(.replace(trace.rows(0..<2)), at: site, try parse("[position=1:]"))
      ]),
      try uncached { _ in
        [Intervention(.set(trace.rows(1..<2)), at: site, try parse("[position=1]"))]
      })
    let pattern = Site(.attentionPattern, layer: 1)
    let recorded = try #require(
      try model.record(TokenBatch([8, 7, 6, 5]), sites: [pattern])[pattern])
    let patched = try generated([Intervention(.replace(recorded), at: pattern)])
    let once = try model.record(
      TokenBatch(prompt), sites: [Site(.logits)],
      interventions: [Intervention(.replace(recorded), at: pattern)])
    #expect(patched.logits[0].isBitEqual(to: try #require(once[.logits]).rows(3..<4)))
    #expect(patched.tokens != (try generated().tokens) || !patched.logits[1].array.isEmpty)
  }

  @Test func `a trace of several prompts lies as they are packed`() throws {
    let site = Site(.residualPost, layer: 0)
    let trace = Philox(seed: 8).normals(shape: [6, TinyModel.width])
    func generated(_ trace: Tensor, _ prompts: [[Int]]) throws -> [[Int]] {
      var generation = try Generation(
        model, prompts: prompts, sampling: .greedy,
        interventions: [Intervention(.replace(trace), at: site)])
      for _ in 0..<steps { _ = try generation.step() }
      return generation.sequences.map(\.tokens)
    }
    let both = try generated(trace, [[1, 2], prompt])
    #expect(try generated(trace.rows(0..<2), [[1, 2]]) == [both[0]])
    #expect(try generated(trace.rows(2..<6), [prompt]) == [both[1]])
    let error = #expect(throws: ModelError.self) {
      try generated(trace.rows(0..<5), [[1, 2], prompt])
    }
    #expect(error?.message.contains("6 tokens of prompts") == true)
  }

  @Test(arguments: [
    Intervention.Action.meanAblate(nil), .resampleAblate(nil, seed: 1),
  ])
  func `what needs the whole run is refused`(_ action: Intervention.Action) {
    let error = #expect(throws: ModelError.self) {
      try generated([Intervention(action, at: Site(.mlpOut, layer: 0))])
    }
    #expect(error?.code == .intervention)
    #expect(error?.message.contains("while it grows") == true)
  }

  @Test(arguments: ["[position=9]", "[position=3:2]", "[position=-9]", "[position=12:]"])
  func `an intervention that never fired is an error in the end`(selection: String) throws {
    let one = Intervention(.scale(0), at: Site(.mlpOut, layer: 0), try parse(selection))
    let error = #expect(throws: ModelError.self) { try generated([one]) }
    #expect(error?.code == .intervention)
    #expect(error?.message.contains("'mlpOut.0\(selection)' never fired") == true)
  }

  @Test func `a site the model lacks and a value that does not fit are refused`() throws {
    for one in [
      Intervention(.scale(0), at: Site(.routerLogits, layer: 0)),
      Intervention(.scale(0), at: Site(.mlpOut, layer: 7)),
      Intervention(.set(Tensor(zeros: [3])), at: Site(.mlpOut, layer: 0)),
      Intervention(.scale(0), at: Site(.mlpOut, layer: 0), try parse("[sequence=1]")),
      Intervention(.scale(0), at: Site(.mlpOut, layer: 0), try parse("[head=0]")),
    ] {
      #expect(throws: ModelError.self, "\(one.site)\(one.selection)") { try generated([one]) }
    }
  }

  @Test func `prompts of different length grow together as they would alone`() throws {
    let prompts = [[2, 7], prompt, [5], [1, 2, 3, 4, 5, 6]]
    var sampling = Sampling.greedy
    sampling.repetitionPenalty = 1.2
    var together = try Generation(model, prompts: prompts, sampling: sampling)
    var alone = try prompts.map { try Generation(model, prompts: [$0], sampling: sampling) }
    for step in 0..<steps {
      if step == 2 { together.end(1) }
      let growing = prompts.indices.filter { together.sequences[$0].isGrowing }
      let logits = try together.logits()
      for (row, index) in growing.enumerated() {
        #expect(try logits.rows(row..<row + 1).isBitEqual(to: alone[index].logits()))
        _ = try alone[index].step()
      }
      #expect(try together.step().map(\.sequence) == growing)
    }
    for index in prompts.indices {
      #expect(together.sequences[index].tokens == alone[index].sequences[0].tokens)
      #expect(together.sequences[index].made.count == (index == 1 ? 2 : steps))
    }
  }

  @Test func `a sequence that ends between logits and token leaves the others theirs`() throws {
    var generation = try Generation(model, prompts: [[2, 7], prompt], sampling: .greedy)
    let logits = try generation.logits()
    generation.end(0)
    #expect(try generation.logits().isBitEqual(to: logits.rows(1..<2)))
    #expect(try generation.step().map(\.sequence) == [1])
    generation.end(1)
    #expect(try generation.step().isEmpty)
  }

  @Test func `learned positions refuse what they do not reach`() throws {
    let model = try TinyModel(contextIsLimit: true)
    var generation = try Generation(model, prompts: [[1, 2, 3, 4, 5, 6]], sampling: .greedy)
    for _ in 0..<3 { _ = try generation.step() }
    let error = #expect(throws: ModelError.self) { try generation.step() }
    #expect(error?.code == .tokens)
    for prompts in [[[9]], [[]], []] as [[[Int]]] {
      #expect(throws: ModelError.self) {
        try Generation(model, prompts: prompts, sampling: .greedy)
      }
    }
  }
}
