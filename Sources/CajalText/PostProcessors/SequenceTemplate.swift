// SPDX-License-Identifier: Apache-2.0

/// The special tokens that stand around every text: `TemplateProcessing`, or none.
///
/// Templates for pairs of texts are not read: a model is given one text at a time.
struct SequenceTemplate: Sendable {
  /// The tokens in front of a text.
  private(set) var before: [Int] = []
  /// The tokens behind a text.
  private(set) var after: [Int] = []

  /// Reads the member `post_processor`.
  init(_ value: JSONValue, _ vocabulary: Vocabulary) throws(TextError) {
    if value.isNull { return }
    var fields = try JSONFields(value, "post_processor")
    let type = try fields.takeString("type")
    guard type == "TemplateProcessing" else { throw TypedComponent.unknown(type, fields.path) }
    fields.excuse("pair", because: "a model is given one text at a time")
    let path = fields.path(of: "special_tokens")
    var special: [[UInt8]: [Int]] = [:]
    for member in try fields.take("special_tokens").members(path) {
      special[Array(member.key.utf8)] = try Self.ids(member.value, path, vocabulary)
    }
    try readSingle(try fields.take("single"), fields.path(of: "single"), special)
    try fields.close()
  }

  /// Reads one of `special_tokens`: `{"id": "<s>", "ids": [1], "tokens": ["<s>"]}`.
  private static func ids(
    _ value: JSONValue, _ path: String, _ vocabulary: Vocabulary
  ) throws(TextError) -> [Int] {
    var fields = try JSONFields(value, path)
    fields.excuse("id", because: "repeats the name of the member")
    fields.excuse("tokens", because: "repeats the numbers as pieces")
    let idsPath = fields.path(of: "ids")
    var ids: [Int] = []
    for id in try fields.take("ids").array(idsPath) {
      let id = try id.count(idsPath)
      guard vocabulary.piece(id) != nil else {
        throw TextError(.malformed, "“\(idsPath)” names token \(id), which does not exist")
      }
      ids.append(id)
    }
    try fields.close()
    return ids
  }

  private mutating func readSingle(
    _ value: JSONValue, _ path: String, _ special: [[UInt8]: [Int]]
  ) throws(TextError) {
    var textIsPlaced = false
    for element in try value.array(path) {
      for member in try element.members(path) {
        var fields = try JSONFields(
          member.value, "\(path).\(VisibleText.excerpt(member.key))")
        fields.excuse("type_id", because: "our models have no segment embeddings")
        let id = try fields.takeString("id")
        try fields.close()
        switch member.key {
        case "Sequence" where id == "A" && !textIsPlaced: textIsPlaced = true
        case "SpecialToken":
          guard let ids = special[Array(id.utf8)] else {
            throw TextError(.malformed, "“\(path)” names an unknown “\(VisibleText.excerpt(id))”")
          }
          if textIsPlaced { after += ids } else { before += ids }
        default:
          throw TextError(
            .unsupported,
            "“\(fields.path)” with the id “\(VisibleText.excerpt(id))” is not implemented")
        }
      }
    }
    guard textIsPlaced else { throw TextError(.malformed, "“\(path)” has no place for the text") }
  }
}
