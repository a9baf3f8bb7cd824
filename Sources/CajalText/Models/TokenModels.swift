// SPDX-License-Identifier: Apache-2.0

/// Reads the member `model` of a tokenizer.json.
enum TokenModels {
  /// - Parameter isByteLevel: Whether the vocabulary is spelled in printable characters that stand for
  ///   bytes, and pieces arrive as bytes.
  static func model(
    _ value: JSONValue, isByteLevel: Bool
  ) throws(TextError) -> any TokenModel {
    switch try type(of: value) {
    case "BPE": try BytePairModel(value, isByteLevel: isByteLevel)
    case "WordPiece": try WordPieceModel(value, isByteLevel: isByteLevel)
    case "WordLevel": try WordLevelModel(value, isByteLevel: isByteLevel)
    case "Unigram": try UnigramModel(value, isByteLevel: isByteLevel)
    case let type: throw TypedComponent.unknown(type, "model")
    }
  }

  /// What the file names; old files name nothing and are told by their members, in the order in which
  /// the reference tries.
  private static func type(of value: JSONValue) throws(TextError) -> String {
    let members = try value.members("model")
    if let type = members.first(where: { $0.key == "type" }) {
      return try type.value.string("model.type")
    }
    let names = Set(members.map(\.key))
    if names.contains("merges") { return "BPE" }
    if names.contains("max_input_chars_per_word") { return "WordPiece" }
    return names.contains("unk_token") ? "WordLevel" : "Unigram"
  }
}
