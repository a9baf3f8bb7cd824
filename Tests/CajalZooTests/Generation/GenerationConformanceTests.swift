// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import CajalTestSupport
import CajalZoo
import Foundation
import Testing

/// Generation in every reference model of every architecture.
struct GenerationConformanceTests {
  /// Fixtures that no architecture reads.
  private static let unread = TransformerLensTests.refused

  /// All models, each once.
  static let models: [ReferenceModel] = {
    let shared = Shared.folder?.appending(path: "reference/models")
    // Without shared data the committed fixtures remain.
    let names = shared.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) }
    let all =
      (names ?? []).sorted().flatMap { ReferenceModel.shared($0) } + ReferenceModel.fixtures()
    return all.filter {
      $0.configuration == "config.json" && !unread.contains($0.folder.lastPathComponent)
    }
  }()

  @Test func `every kind of attention and position is among the models`() {
    let names = Set(Self.models.map(\.folder.lastPathComponent))
    #expect(
      names.isSuperset(of: [
        "gemma2-window", "gemma2-no-caps", "llama-dynamic", "phi3-longrope", "opt-projected",
        "gpt-neo-window", "qwen3-moe-window", "tl-rotary-adjacent",
      ]))
  }

  private func prompts(_ model: any LanguageModel, _ lengths: Int...) -> [[Int]] {
    let V = model.shape.vocabulary
    return lengths.map { length in (0..<length).map { ($0 * 7 + length) % V } }
  }

  @Test(arguments: models)
  func `cached tokens and logits are those of whole runs`(_ reference: ReferenceModel) throws {
    let model = try reference.load()
    let context = model.shape.context
    var conformance = GenerationConformance(model: model, name: reference.testDescription)
    // The longest ends at the last learned position, or beyond any window and original context.
    let longest = model.shape.contextIsLimit ? min(context - 3, 20) : 20
    conformance.steps = 4
    try conformance.verify(prompts: prompts(model, 3, longest, 1))
    let last = model.shape.layers - 1
    try conformance.verify(
      prompt: prompts(model, 4)[0],
      interventions: [
        Intervention(.scale(0.3), at: Site(.attentionOut, layer: 0)),
        Intervention(
          .scale(-1), at: Site(.value, layer: last), try Selection(parsing: "[position=2]")),
        Intervention(
          .scale(0.5), at: Site(.attentionPattern, layer: last), try Selection(parsing: "[key=0]")),
      ])
  }

  @Test(arguments: models)
  func `greedy tokens are those of the reference`(_ reference: ReferenceModel) throws {
    let expected = try reference.expected()
    guard let greedy = try expected.integers("greedy") else { return }
    var generation = try Generation(
      reference.load(), prompts: [expected.rows[0]], sampling: .greedy)
    for _ in greedy { _ = try generation.step() }
    #expect(Array(generation.sequences[0].made) == greedy)
  }

  /// Models whose rotary frequencies change with the length, from inside the original context to
  /// beyond it.
  @Test(
    arguments: models.filter { model in
      ["llama-dynamic", "phi3-longrope", "phi3-longrope-partial"].contains {
        model.folder.lastPathComponent == $0
      }
    })
  func `a prefix whose frequencies have changed is run again`(_ reference: ReferenceModel) throws {
    let model = try reference.load()
    let first = try crossing(model)
    var conformance = GenerationConformance(model: model, name: reference.testDescription)
    conformance.steps = 5
    try conformance.verify(prompts: prompts(model, first - 2, 2, first + 3))
    let site = Site(.residualPost, layer: 0)
    let D = model.shape.width
    let vector = Philox(seed: 3).normals(shape: [D])
    try conformance.verify(
      prompt: prompts(model, first - 2)[0],
      interventions: [
        Intervention(.add(vector), at: site, try Selection(parsing: "[position=1]")),
        Intervention(.scale(0.5), at: Site(.key, layer: 1)),
      ])
    try verifyLastPosition(model, prompts(model, first - 2)[0], vector)
  }

  /// The length at which other frequencies come.
  private func crossing(_ model: any LanguageModel) throws -> Int {
    var tap = NoTap()
    for length in 1..<200 {
      let start = try model.continued(TokenBatch(Array(repeating: 1, count: length)), tap: &tap)
      do {
        _ = try model.continued(TokenBatch([1]), after: RunPrefix(start.cache), tap: &tap)
      } catch {
        return length + 1
      }
    }
    Issue.record("the frequencies never change")
    return 0
  }

  /// What was changed as the last position stays changed when the prefix is run again.
  private func verifyLastPosition(
    _ model: any LanguageModel, _ prompt: [Int], _ vector: Tensor
  ) throws {
    func add(_ selection: String) throws -> Intervention {
      Intervention(
        .add(vector), at: Site(.residualPost, layer: 0), try Selection(parsing: selection))
    }
    var generation = try Generation(
      model, prompts: [prompt], sampling: .greedy, interventions: [try add("[position=-1]")])
    for _ in 0..<5 {
      let tokens = generation.sequences[0].tokens
      let trace = try model.record(
        TokenBatch(tokens), sites: [Site(.logits)],
        interventions: [try add("[position=\(prompt.count - 1):]")])
      let whole = try #require(trace[.logits])
      #expect(
        try generation.logits().isBitEqual(to: whole.rows(tokens.count - 1..<tokens.count)))
      _ = try generation.step()
    }
  }

  @Test(
    .enabled(if: Shared.folder != nil),
    arguments: ["stories260K/stories260K.bin", "stories260K-hf"])
  func `a trained model continues for 200 tokens as llama2.c publishes`(_ layout: String) throws {
    let folder = try #require(Shared.folder).appending(path: "data/models")
    struct Published: Decodable { let greedy_token_ids: [Int] }
    let published = try JSONDecoder().decode(
      Published.self,
      from: Data(contentsOf: folder.appending(path: "stories260K/expected_greedy.json"))
    ).greedy_token_ids
    let model = try ArchitectureCatalogue.load(
      Checkpoint.open(folder.appending(path: layout).path)
    ).model
    var generation = try Generation(
      model, prompts: [Array(published.prefix(1))], sampling: .greedy)
    for _ in 0..<200 { _ = try generation.step() }
    #expect(published.count == 201 && generation.sequences[0].tokens == published)
  }
}
