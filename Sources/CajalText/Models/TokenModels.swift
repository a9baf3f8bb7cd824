// SPDX-License-Identifier: Apache-2.0

/// Reads the member `model` of a tokenizer.json.
enum TokenModels {
  /// - Parameter isByteLevel: Whether the vocabulary is spelled in printable characters that stand for
  ///   bytes, and pieces arrive as bytes.
  static func model(
    _ value: JSONValue, isByteLevel: Bool
  ) throws(TextError) -> any TokenModel {
    try BytePairModel(value)
  }
}
