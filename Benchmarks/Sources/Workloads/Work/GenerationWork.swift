// SPDX-License-Identifier: Apache-2.0
package import CajalModel

/// Greedy generation behind a prompt, with cached keys and values.
package struct GenerationWork: Work {
  private let model: any LanguageModel
  private let prompt: [Int]
  private let made: Int

  /// So many tokens behind a prompt of so many.
  package init(_ model: any LanguageModel, prompt: Int, made: Int) throws {
    self.model = model
    self.prompt = BenchmarkTokens.tokens(prompt, vocabulary: model.shape.vocabulary)
    self.made = made
  }

  package var sizes: [String: Int] { ["prompt": prompt.count, "made": made] }

  /// Every token needs every weight once; all of the prompt is one pass.
  package var bytesRead: Double? { Double(made) * Double(ProductWeights(of: model).byteCount) }

  package func perform() throws -> Outcome {
    var generation = try Generation(model, prompts: [prompt], sampling: .greedy)
    for _ in 0..<made { _ = try generation.step() }
    return Outcome { [generation] in
      // What comes behind the last token, from everything that is cached by then.
      var generation = generation
      let logits = try generation.logits()
      return [
        "tokens": generation.sequences[0].made.map(Double.init),
        "logits": ForwardWork.sample(logits, row: 0, step: 50),
      ]
    }
  }
}
