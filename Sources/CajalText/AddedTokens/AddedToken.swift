// SPDX-License-Identifier: Apache-2.0

/// A token that is searched in a text before the model reads what lies between.
struct AddedToken: Sendable, Equatable {
  /// What it looks like in a text.
  var content: String
  /// Whether letters and digits beside it keep it from being found.
  var isSingleWord = false
  /// Whether white space before it belongs to it.
  var stripsLeft = false
  /// Whether white space behind it belongs to it.
  var stripsRight = false
  /// Whether it is searched in the normalized text, normalized itself.
  var isNormalized = false
  /// Whether it is a mark rather than text.
  var isSpecial = false
}

extension AddedToken {
  /// A mark, as configurations name it by nothing but its text.
  static func special(_ content: String) -> AddedToken {
    AddedToken(content: content, isSpecial: true)
  }

  /// Reads `{"content": "<s>", "lstrip": false, …}`.
  ///
  /// What a file adds to these members means nothing to the reference either.
  ///
  /// - Parameters:
  ///   - normalizes: What holds where `normalized` is missing: by default what the reference does with a
  ///     token of a configuration, all but special ones.
  ///   - special: Whether it is a mark, whatever the member says.
  init(
    _ value: JSONValue, _ path: String, normalizes: Bool? = nil, isSpecial special: Bool? = nil
  ) throws(TextError) {
    var fields = try JSONFields(value, path)
    content = try fields.takeString("content")
    isSingleWord = try fields.takeBool("single_word")
    stripsLeft = try fields.takeBool("lstrip")
    stripsRight = try fields.takeBool("rstrip")
    let isMark = try fields.takeBool("special")
    isSpecial = special ?? isMark
    isNormalized =
      try fields.takeIfPresent("normalized")?.bool(fields.path(of: "normalized"))
      ?? normalizes ?? !isSpecial
  }

  /// Compares spellings byte by byte, which Swift's strings do not.
  static func == (left: AddedToken, right: AddedToken) -> Bool {
    left.content.utf8.elementsEqual(right.content.utf8)
      && left.isSingleWord == right.isSingleWord && left.stripsLeft == right.stripsLeft
      && left.stripsRight == right.stripsRight && left.isNormalized == right.isNormalized
      && left.isSpecial == right.isSpecial
  }
}
