// SPDX-License-Identifier: Apache-2.0
import CajalTensor
import Foundation

/// How a model did on one token of a text.
public struct TokenScore: Sendable, Equatable {
  /// The token.
  public let token: Int
  /// −ln p(token | the tokens before it in its sequence), in nats; nil for the first token, which
  /// nothing predicts.
  public let loss: Double?
  /// What the model thought most likely in its place; nil for the first token.
  public let expected: Prediction?
}

/// A token with its probability.
public struct Prediction: Sendable, Equatable, Codable {
  /// The token.
  public let id: Int
  /// Its probability.
  public let probability: Double
}

extension Prediction {
  /// The likeliest tokens by one row of logits, likeliest first.
  static func likeliest(_ logits: Tensor, _ count: Int) -> [Prediction] {
    let total = logits.logSumExp()[0]
    return logits.topK(0, count).map {
      Prediction(id: $0.index, probability: exp(Double($0.value) - total))
    }
  }
}
