// SPDX-License-Identifier: Apache-2.0
package import CajalMethods
package import CajalModel

/// The residual stream before every layer patched at every position, from one prompt into another
/// that differs from it everywhere: no patch can be left out because it changes nothing.
package struct PatchWork: Work {
  private let model: any LanguageModel
  private let pair: PromptPair
  /// The two tokens whose logits are compared.
  package static let answers = (5, 7)

  /// A pair of prompts of so many tokens.
  package init(_ model: any LanguageModel, tokens: Int) throws {
    self.model = model
    let vocabulary = model.shape.vocabulary
    pair = try PromptPair(
      clean: BenchmarkTokens.tokens(tokens, vocabulary: vocabulary),
      corrupted: BenchmarkTokens.tokens(tokens, vocabulary: vocabulary, from: tokens))
  }

  package var sizes: [String: Int] {
    ["tokens": pair.count, "patches": pair.count * model.shape.layers]
  }

  package func perform() throws -> Outcome {
    let result = try ActivationPatching().run(
      pair, metric: .logitDifference(Self.answers.0, Self.answers.1), on: model)
    return Outcome { ["values": result.values.values.flatMap { $0 }] }
  }
}
