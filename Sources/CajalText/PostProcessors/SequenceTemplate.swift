// SPDX-License-Identifier: Apache-2.0

/// The special tokens that stand around every text: `TemplateProcessing`, `BertProcessing` and
/// `RobertaProcessing`.
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

  /// The tokens in front of a text.
  var before: [Int] { Self.tokens(parts[..<(place ?? 0)]) }

  /// The tokens behind a text.
  var after: [Int] { place.map { Self.tokens(parts[($0 + 1)...]) } ?? [] }

  /// Where the text stands; nil unless it stands in a single place.
  private var place: Int? {
    let places = parts.indices.filter { if case .text = parts[$0] { true } else { false } }
    return places.count == 1 ? places[0] : nil
  }

  private static func tokens(_ parts: ArraySlice<Part>) -> [Int] {
    parts.flatMap { part -> [Int] in
      if case .tokens(let ids) = part { ids } else { [] }
    }
  }

  /// Puts the tokens around a text.
  func apply(
    to ids: inout [Int], _ offsets: inout Offsets?, _ spellings: inout PostProcessor.Spellings,
    addSpecialTokens: Bool
  ) {
    var (newIDs, newSpans): ([Int], [ByteSpan]) = ([], [])
    var newSpellings: PostProcessor.Spellings = [:]
    newIDs.reserveCapacity(ids.count + 4)
    if offsets != nil { newSpans.reserveCapacity(ids.count + 4) }
    for part in parts {
      switch part {
      case .text:
        for (index, spelling) in spellings { newSpellings[newIDs.count + index] = spelling }
        newIDs += ids
        newSpans += offsets?.spans ?? []
      case .tokens(let tokens) where addSpecialTokens:
        newIDs += tokens
        if offsets != nil { newSpans += tokens.map { _ in ByteSpan(0, 0) } }
      case .tokens: break
      }
    }
    ids = newIDs
    if offsets != nil { offsets = Offsets(newSpans) }
    spellings = newSpellings
  }
}

// MARK: - Reading
extension SequenceTemplate {
  /// Reads `{"sep": ["[SEP]", 102], "cls": ["[CLS]", 101]}`.
  init(classifier fields: inout JSONFields, _ names: TokenNames) throws(TextError) {
    let first = try Self.token("cls", &fields, names)
    self.init(before: [first], after: [try Self.token("sep", &fields, names)])
  }

  private static func token(
    _ key: String, _ fields: inout JSONFields, _ names: TokenNames
  ) throws(TextError) -> Int {
    let path = fields.path(of: key)
    let pair = try fields.take(key).array(path)
    guard pair.count == 2 else {
      throw TextError(.malformed, "“\(path)” must be a token and its number")
    }
    _ = try pair[0].string(path)
    return try existing(pair[1], path, names)
  }

  private static func existing(
    _ value: JSONValue, _ path: String, _ names: TokenNames
  ) throws(TextError) -> Int {
    let id = try value.count(path)
    guard names.piece(id) != nil else {
      throw TextError(.malformed, "“\(path)” names token \(id), which does not exist")
    }
    return id
  }

  /// Reads the members of `TemplateProcessing`.
  init(template fields: inout JSONFields, _ names: TokenNames) throws(TextError) {
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
      ids.append(try existing(id, idsPath, names))
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
