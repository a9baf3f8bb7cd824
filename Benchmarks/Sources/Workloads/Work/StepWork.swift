// SPDX-License-Identifier: Apache-2.0
package import CajalModel
import CajalTensor

/// One step of training: forward pass, pull-back of the loss to all weights, AdamW on all of them, and
/// the model that has the new ones.
package struct StepWork: Work {
  private var model: any LanguageModel
  private let batch: TokenBatch
  private let options: RunOptions
  private let weightGradients = WeightGradients()
  private let optimizer = AdamW(learningRate: 1e-4, weightDecay: 0.01)
  private var state = OptimizerState()
  /// The weights by the checkpoint's names, in Float32.
  private var parameters: [String: Tensor]

  /// Some sequences of a length, packed.
  package init(_ model: any LanguageModel, sequences: Int, tokens: Int) throws {
    self.model = model
    batch = try TokenBatch(
      BenchmarkTokens.sequences(sequences, of: tokens, vocabulary: model.shape.vocabulary))
    var options = RunOptions()
    options.weightGradients = weightGradients
    self.options = options
    let weights = model.weights
    parameters = try weights.names.reduce(into: [:]) { $0[$1] = try weights.tensor($1) }
  }

  package var sizes: [String: Int] {
    ["sequences": batch.sequenceCount, "tokens": batch.longest]
  }

  /// Those of the gradients; the optimizer multiplies no matrices.
  package var operations: Double? {
    6 * Double(ProductWeights(of: model).count) * Double(batch.count)
  }

  package mutating func perform() throws -> Outcome {
    weightGradients.restart()
    let value = try model.gradients(of: .loss, batch, at: [], options: options).value
    var gradients: [String: Tensor] = [:]
    for (name, parameter) in parameters {
      // One cotangent each: [1] + shape.
      gradients[name] = weightGradients[name]?.reshaped(parameter.shape)
    }
    optimizer.step(&parameters, gradients: gradients, state: &state)
    model = model.replacing(parameters)
    return Outcome { ["loss": [value]] }
  }
}
