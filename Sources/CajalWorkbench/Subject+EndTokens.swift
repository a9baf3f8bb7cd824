// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalText

extension Subject {
  /// The tokens that end a text: the tokenizer's, and `eos_token_id` of the configuration.
  public var endTokens: Set<Int> {
    var tokens = Set<Int>()
    if let token = tokenizer.endOfSequence { tokens.insert(token) }
    switch checkpoint.configuration["eos_token_id"] {
    case .integer(let token): tokens.insert(token)
    case .array(let values):
      for case .integer(let token) in values { tokens.insert(token) }
    default: break
    }
    return tokens
  }
}
