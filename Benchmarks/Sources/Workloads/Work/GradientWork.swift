// SPDX-License-Identifier: Apache-2.0
package import CajalModel
import CajalTensor

/// A forward pass and a pull-back of the loss to every weight.
package struct GradientWork: Work {
  private let model: any LanguageModel
  private let batch: TokenBatch
  private let options: RunOptions
  private let weightGradients = WeightGradients()

  /// Some sequences of a length, packed.
  package init(_ model: any LanguageModel, sequences: Int, tokens: Int) throws {
    self.model = model
    batch = try TokenBatch(
      BenchmarkTokens.sequences(sequences, of: tokens, vocabulary: model.shape.vocabulary))
    var options = RunOptions()
    options.weightGradients = weightGradients
    self.options = options
  }

  package var sizes: [String: Int] {
    ["sequences": batch.sequenceCount, "tokens": batch.longest]
  }

  /// One product forwards, and for each two backwards: to its input and to its weight.
  package var operations: Double? {
    6 * Double(ProductWeights(of: model).count) * Double(batch.count)
  }

  package func perform() throws -> Outcome {
    weightGradients.restart()
    let gradients = try model.gradients(of: .loss, batch, at: [], options: options)
    return Outcome { [weightGradients] in
      var checks = ["loss": [gradients.value]]
      for name in weightGradients.names {
        guard let gradient = weightGradients[name] else { continue }
        checks["gradient." + name] = [Self.length(gradient)]
      }
      return checks
    }
  }

  /// The Euclidean length.
  static func length(_ tensor: Tensor) -> Double {
    tensor.withFloats { floats in
      floats.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
  }
}
