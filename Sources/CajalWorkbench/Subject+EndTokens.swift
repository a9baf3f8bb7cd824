// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalText
import Foundation

extension Subject {
  /// The tokens that end a text: the tokenizer's, and `eos_token_id` of the configuration and of
  /// `generation_config.json`.
  public var endTokens: Set<Int> {
    var tokens = Set<Int>()
    if let token = tokenizer.endOfSequence { tokens.insert(token) }
    tokens.formUnion(Self.endTokens(checkpoint.configuration))
    if let file = checkpoint.configurationFile {
      let neighbour = file.deletingLastPathComponent().appendingPathComponent(
        "generation_config.json")
      // What steers generation elsewhere is a help and no part of the model: damaged, it says nothing.
      if let configuration = try? ConfigurationReader.readObject(path: neighbour.path) {
        tokens.formUnion(Self.endTokens(configuration))
      }
    }
    return tokens
  }

  private static func endTokens(_ configuration: [String: ConfigurationValue]) -> Set<Int> {
    switch configuration["eos_token_id"] {
    case .integer(let token): [token]
    case .array(let values):
      Set(values.compactMap { if case .integer(let token) = $0 { token } else { nil } })
    default: []
    }
  }
}
