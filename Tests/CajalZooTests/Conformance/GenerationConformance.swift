// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Testing

/// What generation must keep in every architecture: tokens and logits, bit for bit, of runs over the
/// whole sequences.
struct GenerationConformance {
  let model: any LanguageModel
  let name: String
  /// Tokens made behind each prompt.
  var steps = 4

  /// Checks prompts of different length, together, against each sequence run alone from its start.
  func verify(prompts: [[Int]]) throws {
    var generation = try Generation(model, prompts: prompts, sampling: .greedy)
    for step in 0..<steps {
      let logits = try generation.logits()
      for (index, sequence) in generation.sequences.enumerated() {
        let whole = try model.logits(TokenBatch(sequence.tokens))
        let count = sequence.tokens.count
        #expect(
          logits.rows(index..<index + 1).isBitEqual(to: whole.rows(count - 1..<count)),
          "\(name): step \(step) of sequence \(index)")
      }
      _ = try generation.step()
    }
  }

  /// The same with interventions in both, of one prompt.
  func verify(prompt: [Int], interventions: [Intervention]) throws {
    var generation = try Generation(
      model, prompts: [prompt], sampling: .greedy, interventions: interventions)
    for step in 0..<steps {
      let tokens = generation.sequences[0].tokens
      let trace = try model.record(
        TokenBatch(tokens), sites: [Site(.logits)], interventions: interventions)
      let whole = try #require(trace[.logits])
      #expect(
        try generation.logits().isBitEqual(to: whole.rows(tokens.count - 1..<tokens.count)),
        "\(name): step \(step) with \(interventions.map { "\($0.site)\($0.selection)" })")
      _ = try generation.step()
    }
    try generation.finish()
  }
}
