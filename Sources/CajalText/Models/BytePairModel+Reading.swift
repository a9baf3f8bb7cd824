// SPDX-License-Identifier: Apache-2.0

// MARK: - Reading
extension BytePairModel {
  /// Reads the member `model` of a tokenizer.json.
  init(_ value: JSONValue, isByteLevel: Bool) throws(TextError) {
    var fields = try JSONFields(value, "model")
    let type = try fields.takeIfPresent("type")?.string("model.type") ?? "BPE"
    guard type == "BPE" else { throw TypedComponent.unknown(type, "model") }
    try fields.expectNeutral("dropout") { (try? $0.double("")) == 0 }  // What is no number is set.
    var options = Options(symbols: isByteLevel ? .printableBytes : .characters)
    options.continuingPrefix =
      try fields.takeIfPresent("continuing_subword_prefix")?.string(
        "model.continuing_subword_prefix") ?? ""
    options.endOfWordSuffix =
      try fields.takeIfPresent("end_of_word_suffix")?.string("model.end_of_word_suffix") ?? ""
    options.fusesUnknown = try fields.takeBool("fuse_unk")
    options.hasByteFallback = try fields.takeBool("byte_fallback")
    options.ignoresMerges = try fields.takeBool("ignore_merges")
    options.unknown = try fields.takeIfPresent("unk_token")?.string("model.unk_token")
    let vocabulary = try Vocabulary(members: try fields.take("vocab"), "model.vocab")
    let merges = try Self.merges(try fields.take("merges").array("model.merges"))
    try fields.close()
    try self.init(vocabulary: vocabulary, merges: .pairs(merges), options: options)
  }

  /// Reads merges: lists of two pieces, or in older files both in one text, never mixed.
  private static func merges(
    _ list: [JSONValue]
  ) throws(TextError) -> [(left: String, right: String)] {
    var merges: [(left: String, right: String)] = []
    merges.reserveCapacity(list.count)
    var hasLists = false
    var hasTexts = false
    for (index, merge) in list.enumerated() {
      switch merge {
      case .string(let text):
        hasTexts = true
        if text.utf8.starts(with: "#version".utf8) { continue }
        merges.append(try halves(of: text, index))
      case .array(let parts):
        hasLists = true
        guard parts.count == 2, case .string(let left) = parts[0],
          case .string(let right) = parts[1]
        else { throw noPair(index) }
        merges.append((left, right))
      default: throw noPair(index)
      }
    }
    guard !hasLists || !hasTexts else {
      throw TextError(.malformed, "“model.merges” has both lists and texts: write all as lists")
    }
    return merges
  }

  /// The two pieces that a space separates.
  static func halves(
    of text: String, _ index: Int
  ) throws(TextError) -> (left: String, right: String) {
    let bytes = text.utf8
    guard let space = bytes.firstIndex(of: 0x20),
      !bytes[bytes.index(after: space)...].contains(0x20)
    else { throw noPair(index) }
    return (String(text[..<space]), String(text[bytes.index(after: space)...]))
  }

  private static func noPair(_ index: Int) -> TextError {
    TextError(.malformed, "“model.merges[\(index)]” is not a pair of pieces")
  }
}

extension Vocabulary {
  /// Reads an object with a number for each piece.
  init(members value: JSONValue, _ path: String) throws(TextError) {
    let members = try value.members(path)
    self.init(reserving: members.count, byteCount: 0)
    try add(members.map { member throws(TextError) in (member.key, try member.value.count(path)) })
  }
}
