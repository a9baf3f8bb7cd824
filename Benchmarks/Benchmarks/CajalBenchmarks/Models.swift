// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalZoo
import Foundation
import Workloads

/// The models that benchmarks share, made when the first one asks.
enum Models {
  /// The shape of GPT-2 small.
  static let gpt2 = Result { try load(.gpt2()) }
  /// A Llama of 15 million weights.
  static let llama = Result { try load(.llama()) }

  private static func load(_ checkpoint: RandomCheckpoint) throws -> any LanguageModel {
    try checkpoint.withFolder { try ArchitectureCatalogue.load(Checkpoint.open($0.path)).model }
  }
}
