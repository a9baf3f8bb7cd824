// SPDX-License-Identifier: Apache-2.0

/// Cuts a text into the pieces that the model reads one by one.
struct PreTokenizerChain: Sendable {
  private let steps: [any PreTokenizationStep]
  /// Whether pieces stay bytes and the model's vocabulary is read through the byte-level spelling.
  let isByteLevel: Bool

  /// Reads the member `pre_tokenizer`.
  init(_ value: JSONValue) throws(TextError) {
    guard value.isNull else {
      throw TextError(.unsupported, "“pre_tokenizer” is set, which is not implemented")
    }
    self.init([], isByteLevel: false)
  }

  init(_ steps: [any PreTokenizationStep], isByteLevel: Bool) {
    (self.steps, self.isByteLevel) = (steps, isByteLevel)
  }

  func apply(to tokens: inout PreTokens) throws(TextError) {
    for step in steps { try step.apply(to: &tokens) }
  }
}
