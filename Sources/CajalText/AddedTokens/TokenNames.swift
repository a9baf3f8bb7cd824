// SPDX-License-Identifier: Apache-2.0

/// The pieces of a model and the tokens added to them, by number and by spelling.
struct TokenNames: Sendable {
  /// The model's pieces.
  let vocabulary: Vocabulary
  /// What stands on top of them, and before them where both have a number.
  let added: AddedTokens

  /// One more than the largest number.
  var size: Int { max(vocabulary.size, added.size) }

  /// The piece as the file spells it.
  func piece(_ id: Int) -> String? {
    added.piece(id).map { String(decoding: $0, as: UTF8.self) } ?? vocabulary.piece(id)
  }

  /// The number of a piece spelled as in the file.
  func id(of piece: String) -> Int? { added.id(of: piece) ?? vocabulary.id(of: piece) }

  /// Reads the number of a token that there must be.
  func existing(_ value: JSONValue, _ path: String) throws(TextError) -> Int {
    let id = try value.count(path)
    guard piece(id) != nil else {
      throw TextError(.malformed, "“\(path)” names token \(id), which does not exist")
    }
    return id
  }
}
