// SPDX-License-Identifier: Apache-2.0

/// The tokens for the beginning and the end of a text, from a `tokenizer_config.json`.
///
/// Most members of that file steer Python classes (padding, lengths, chat templates) and have no
/// meaning here. Three can contradict the tokenizer, and a contradiction is refused: whether marks are
/// put around a text, and which tokens are added.
struct SequenceMarks {
  let beginning: Int?
  let end: Int?

  /// Without a configuration the template's outermost tokens are taken.
  init(
    _ configuration: [UInt8]?, _ template: PostProcessor, _ vocabulary: TokenNames
  ) throws(TextError) {
    guard let configuration else {
      beginning = template.before.first
      end = template.after.last
      return
    }
    do {
      var fields = try JSONFields(try JSONParser.parse(configuration), "")
      beginning = try Self.token("bos_token", &fields, vocabulary)
      end = try Self.token("eos_token", &fields, vocabulary)
      try Self.check("add_bos_token", &fields, beginning, template.before.first)
      try Self.check("add_eos_token", &fields, end, template.after.last)
      try Self.checkAdded(&fields, vocabulary)
    } catch {
      throw error.found(in: "tokenizer_config.json")
    }
  }

  /// A token given as text or as an object with its `content`.
  private static func token(
    _ key: String, _ fields: inout JSONFields, _ vocabulary: TokenNames
  ) throws(TextError) -> Int? {
    guard let value = fields.takeIfPresent(key) else { return nil }
    let piece: String
    if case .object = value {
      var token = try JSONFields(value, key)
      piece = try token.takeString("content")
    } else {
      piece = try value.string(key)
    }
    guard let id = vocabulary.id(of: piece) else {
      throw TextError(
        .malformed, "“\(key)” is “\(VisibleText.excerpt(piece))”, which tokenizer.json lacks")
    }
    return id
  }

  /// Whether the switch says what the template does.
  private static func check(
    _ key: String, _ fields: inout JSONFields, _ mark: Int?, _ placed: Int?
  ) throws(TextError) {
    guard let wanted = try fields.takeIfPresent(key)?.bool(key) else { return }
    guard wanted == (placed != nil && placed == mark) else {
      throw TextError(
        .unsupported,
        "“\(key)” is \(wanted) and the template of tokenizer.json does otherwise; make them agree")
    }
  }

  /// Whether every token of `added_tokens_decoder` is the one of `tokenizer.json`.
  private static func checkAdded(
    _ fields: inout JSONFields, _ vocabulary: TokenNames
  ) throws(TextError) {
    let key = "added_tokens_decoder"
    for member in try fields.takeIfPresent(key)?.members(key) ?? [] {
      var token = try JSONFields(member.value, key)
      let content = try token.takeString("content")
      guard let id = Int(member.key), vocabulary.id(of: content) == id else {
        throw TextError(
          .unsupported,
          "“\(key)” adds “\(VisibleText.excerpt(content))”, which tokenizer.json lacks at that number"
        )
      }
    }
  }
}
