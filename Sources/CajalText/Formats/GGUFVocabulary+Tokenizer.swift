// SPDX-License-Identifier: Apache-2.0

extension GGUFVocabulary {
  /// The tokenizer of the vocabulary.
  public func tokenizer() throws(TextError) -> any Tokenizer {
    throw TextError(.unsupported, "GGUF's vocabulary is not implemented")
  }
}
