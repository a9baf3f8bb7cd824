// SPDX-License-Identifier: Apache-2.0

/// One normalizer as a file describes it, sequences laid flat.
///
/// Where the type is missing or unknown the reference goes by the members; old files are so written.
struct NormalizerDescription {
  private enum Kind: String {
    case bert = "BertNormalizer"
    case strip = "Strip"
    case stripAccents = "StripAccents"
    case nfc = "NFC"
    case nfd = "NFD"
    case nfkc = "NFKC"
    case nfkd = "NFKD"
    case lowercase = "Lowercase"
    case nmt = "Nmt"
    case precompiled = "Precompiled"
    case replace = "Replace"
    case prepend = "Prepend"
    case byteLevel = "ByteLevel"
    case sequence = "Sequence"

    init?(name: String) {
      self.init(rawValue: name == "Bert" ? "BertNormalizer" : name)
    }

    /// The kind that has such members.
    init?(members: Set<String>) {
      let kinds: [(Kind, Set<String>)] = [
        (.bert, ["clean_text", "handle_chinese_chars", "lowercase"]),
        (.strip, ["strip_left", "strip_right"]), (.sequence, ["normalizers"]),
        (.precompiled, ["precompiled_charsmap"]), (.replace, ["pattern", "content"]),
        (.prepend, ["prepend"]),
      ]
      guard let kind = kinds.first(where: { $0.1.isSubset(of: members) }) else { return nil }
      self = kind.0
    }
  }

  private let kind: Kind
  private var fields: JSONFields

  /// The normalizers that a member stands for, in order; none for null.
  static func flattened(
    _ value: JSONValue, _ path: String
  ) throws(TextError) -> [NormalizerDescription] {
    if value.isNull { return [] }
    var fields = try JSONFields(value, path)
    let type = try fields.takeIfPresent("type")?.string(fields.path(of: "type"))
    let members = Set(try value.members(path).map(\.key))
    guard let kind = type.flatMap(Kind.init(name:)) ?? Kind(members: members) else {
      throw TypedComponent.unknown(type ?? "", path)
    }
    guard kind == .sequence else { return [NormalizerDescription(kind: kind, fields: fields)] }
    let list = fields.path(of: "normalizers")
    let elements = try fields.take("normalizers").array(list)
    try fields.close()
    var all: [NormalizerDescription] = []
    for (index, element) in elements.enumerated() {
      all += try flattened(element, "\(list)[\(index)]")
    }
    return all
  }

  /// The step, and how many times as long a text can become by it.
  consuming func step() throws(TextError) -> (step: any NormalizationStep, growth: Int) {
    let result: (any NormalizationStep, Int)
    switch kind {
    case .bert: result = (try bert(), 6)
    case .strip:
      let (atStart, atEnd) = (try switchOn("strip_left"), try switchOn("strip_right"))
      result = (StripNormalizer(atStart: atStart, atEnd: atEnd), 1)
    case .stripAccents: result = (StripAccentsNormalizer(), 1)
    case .nfc: result = (NormalForm.nfc, NormalForm.nfc.growth)
    case .nfd: result = (NormalForm.nfd, NormalForm.nfd.growth)
    case .nfkc: result = (NormalForm.nfkc, NormalForm.nfkc.growth)
    case .nfkd: result = (NormalForm.nfkd, NormalForm.nfkd.growth)
    case .lowercase: result = (LowercaseNormalizer(), 2)
    case .nmt: result = (NmtNormalizer(), 1)
    case .precompiled:
      let step = try precompiled()
      result = (step, step.map.growth)
    case .replace:
      let step = try replace()
      result = (step, step.growth)
    case .prepend:
      result = (PrependNormalizer(prefix: Array(try fields.takeString("prepend").utf8)), 1)
    case .byteLevel:
      for member in ["add_prefix_space", "trim_offsets", "use_regex"] {
        fields.excuse(member, because: "belongs to the pre-tokenizer of the same name")
      }
      result = (ByteLevelNormalizer(), 2)
    case .sequence: throw TypedComponent.unknown("Sequence", fields.path)
    }
    try fields.close()
    return result
  }

  /// A switch that must be there.
  private mutating func switchOn(_ key: String) throws(TextError) -> Bool {
    try fields.take(key).bool(fields.path(of: key))
  }

  private mutating func bert() throws(TextError) -> BertNormalizer {
    let (cleans, separates) = (try switchOn("clean_text"), try switchOn("handle_chinese_chars"))
    let path = fields.path(of: "strip_accents")
    let strips = try fields.takeIfPresent("strip_accents")?.bool(path)
    return BertNormalizer(
      cleansText: cleans, separatesChinese: separates, stripsAccents: strips,
      lowersCase: try switchOn("lowercase"))
  }

  private mutating func precompiled() throws(TextError) -> PrecompiledNormalizer {
    let path = fields.path(of: "precompiled_charsmap")
    guard let bytes = Base64.decode(try fields.takeString("precompiled_charsmap").utf8) else {
      throw TextError(.malformed, "“\(path)” is not Base64")
    }
    do {
      return try PrecompiledNormalizer(bytes)
    } catch {
      throw error.found(in: "“\(path)”")
    }
  }

  private mutating func replace() throws(TextError) -> ReplaceNormalizer {
    var pattern = try JSONFields(try fields.take("pattern"), fields.path(of: "pattern"))
    let target: ReplaceNormalizer.Target
    if let spelling = pattern.takeIfPresent("String") {
      target = .spelling(Array(try spelling.string(pattern.path(of: "String")).utf8))
    } else {
      target = .pattern(try Pattern(try pattern.takeString("Regex"), syntax: .oniguruma))
    }
    try pattern.close()
    return ReplaceNormalizer(
      target: target, content: Array(try fields.takeString("content").utf8))
  }
}
