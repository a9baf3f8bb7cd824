// SPDX-License-Identifier: Apache-2.0

/// The special tokens that stand around every text: `TemplateProcessing`.
///
/// Templates for pairs of texts are not read: a model is given one text at a time.
struct SequenceTemplate: Sendable {
  private enum Part {
    case text
    case tokens([Int])
  }

  private var parts: [Part] = []

  /// Tokens around a text.
  init(before: [Int], after: [Int]) { parts = [.tokens(before), .text, .tokens(after)] }

  /// The parts of a template, in order.
  func applied(to segments: [TokenSegment], addSpecialTokens: Bool) -> [TokenSegment] {
    guard segments.count == 1 else { return segments }
    return parts.compactMap { part in
      switch part {
      case .text: segments[0]
      case .tokens(let tokens) where addSpecialTokens:
        TokenSegment.marks(tokens, isTracked: segments[0].spans != nil)
      case .tokens: nil
      }
    }
  }
}

// MARK: - Reading
extension SequenceTemplate {
  /// Reads the members of `TemplateProcessing`.
  init(_ fields: inout JSONFields, _ names: TokenNames) throws(TextError) {
    fields.excuse("pair", because: "a model is given one text at a time")
    let path = fields.path(of: "special_tokens")
    var special: [[UInt8]: [Int]] = [:]
    for member in try fields.take("special_tokens").members(path) {
      special[Array(member.key.utf8)] = try Self.ids(member.value, path, names)
    }
    let single = fields.path(of: "single")
    for element in try fields.take("single").array(single) {
      let members = try element.members(single)
      guard let member = members.first, members.count == 1 else {
        throw TextError(.malformed, "“\(single)” needs one member in each of its objects")
      }
      parts.append(try Self.part(member, single, special))
    }
  }

  /// Reads one of `special_tokens`: `{"id": "<s>", "ids": [1], "tokens": ["<s>"]}`.
  private static func ids(
    _ value: JSONValue, _ path: String, _ names: TokenNames
  ) throws(TextError) -> [Int] {
    var fields = try JSONFields(value, path)
    fields.excuse("id", because: "repeats the name of the member")
    fields.excuse("tokens", because: "repeats the numbers as pieces")
    let idsPath = fields.path(of: "ids")
    var ids: [Int] = []
    for id in try fields.take("ids").array(idsPath) {
      ids.append(try names.existing(id, idsPath))
    }
    try fields.close()
    return ids
  }

  private static func part(
    _ member: JSONMember, _ path: String, _ special: [[UInt8]: [Int]]
  ) throws(TextError) -> Part {
    var fields = try JSONFields(member.value, "\(path).\(VisibleText.excerpt(member.key))")
    fields.excuse("type_id", because: "our models have no segment embeddings")
    let id = try fields.takeString("id")
    try fields.close()
    switch member.key {
    case "Sequence" where id == "A": return .text
    case "SpecialToken":
      guard let ids = special[Array(id.utf8)] else {
        throw TextError(.malformed, "“\(path)” names an unknown “\(VisibleText.excerpt(id))”")
      }
      return .tokens(ids)
    default:
      throw TextError(
        .unsupported,
        "“\(fields.path)” with the id “\(VisibleText.excerpt(id))” is not implemented")
    }
  }
}
