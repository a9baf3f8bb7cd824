// SPDX-License-Identifier: Apache-2.0

/// One pre-tokenizer as a file describes it.
struct PreTokenizerDescription {
  let type: String
  private var fields: JSONFields

  init(type: String, fields: JSONFields) { (self.type, self.fields) = (type, fields) }

  /// The steps that it stands for.
  mutating func steps() throws(TextError) -> [any PreTokenizationStep] {
    let steps: [any PreTokenizationStep]
    switch type {
    case "Split": steps = [try split()]
    case "ByteLevel": steps = [try byteLevel()]
    case "Metaspace": steps = [try metaspace()]
    case "Whitespace":
      let words = try Pattern(#"\w+|[^\w\s]+"#, syntax: .fancyRegex)
      steps = [SplitStep(pattern: words, behavior: .removed, isInverted: true)]
    case "WhitespaceSplit": steps = [try SplitStep(ScalarProperties.whiteSpace, .removed)]
    case "BertPreTokenizer":
      steps = [
        try SplitStep(ScalarProperties.whiteSpace, .removed),
        try SplitStep(SplitStep.punctuation, .isolated),
      ]
    case "Digits":
      let isIndividual = try fields.take("individual_digits")
        .bool(fields.path(of: "individual_digits"))
      steps = [try SplitStep(SplitStep.numbers, isIndividual ? .isolated : .contiguous)]
    case "Punctuation":
      let behavior = try fields.takeIfPresent("behavior").map(behavior) ?? .isolated
      steps = [try SplitStep(SplitStep.punctuation, behavior)]
    case "CharDelimiterSplit":
      steps = [try SplitStep(ScalarSet(try scalar("delimiter")), .removed)]
    case "UnicodeScripts": steps = [UnicodeScriptsStep()]
    case "FixedLength": steps = [try fixedLength()]
    default: throw TypedComponent.unknown(type, fields.path)
    }
    try fields.close()
    return steps
  }

  private mutating func split() throws(TextError) -> SplitStep {
    var member = try JSONFields(try fields.take("pattern"), fields.path(of: "pattern"))
    let pattern: Pattern
    if let literal = member.takeIfPresent("String") {
      pattern = try Pattern(literal: literal.string(member.path(of: "String")))
    } else {
      pattern = try Pattern(try member.takeString("Regex"))
    }
    try member.close()
    return SplitStep(
      pattern: pattern, behavior: try behavior(try fields.take("behavior")),
      isInverted: try fields.take("invert").bool(fields.path(of: "invert")))
  }

  private mutating func byteLevel() throws(TextError) -> ByteLevelStep {
    let addsPrefixSpace = try fields.take("add_prefix_space")
      .bool(fields.path(of: "add_prefix_space"))
    fields.excuse("trim_offsets", because: "acts in the post-processor of the same name")
    let cuts = try fields.takeIfPresent("use_regex")?.bool(fields.path(of: "use_regex")) ?? true
    let words = cuts ? SplitStep(pattern: try Pattern(SplitStep.words), behavior: .isolated) : nil
    return ByteLevelStep(addsPrefixSpace: addsPrefixSpace, words: words)
  }

  /// Old files say `add_prefix_space` in the place of the scheme.
  private mutating func metaspace() throws(TextError) -> MetaspaceStep {
    let replacement = try scalar("replacement")
    fields.excuse("str_rep", because: "it is the replacement again")
    var prepending = MetaspaceStep.Prepending.always
    let scheme = try fields.takeIfPresent("prepend_scheme")?
      .string(fields.path(of: "prepend_scheme"))
    if let scheme {
      guard let known = MetaspaceStep.Prepending(rawValue: scheme) else {
        throw TypedComponent.unknown(scheme, fields.path(of: "prepend_scheme"))
      }
      prepending = known
    }
    let adds = try fields.takeIfPresent("add_prefix_space")?
      .bool(fields.path(of: "add_prefix_space"))
    if adds == false {
      guard scheme == nil || prepending == .never else {
        throw TextError(
          .malformed, "“\(fields.path)” says both to prepend and not to add a prefix space")
      }
      prepending = .never
    }
    let splits = try fields.takeIfPresent("split")?.bool(fields.path(of: "split")) ?? true
    return MetaspaceStep(replacement: replacement, prepending: prepending, splits: splits)
  }

  private mutating func fixedLength() throws(TextError) -> FixedLengthStep {
    let length = try fields.takeIfPresent("length")?.count(fields.path(of: "length")) ?? 5
    guard length > 0 else {
      throw TextError(.malformed, "“\(fields.path(of: "length"))” is 0")
    }
    return FixedLengthStep(length: length)
  }

  private func behavior(_ value: JSONValue) throws(TextError) -> SplitBehavior {
    let path = fields.path(of: "behavior")
    let name = try value.string(path)
    guard let behavior = SplitBehavior(rawValue: name) else {
      throw TypedComponent.unknown(name, path)
    }
    return behavior
  }

  private mutating func scalar(_ key: String) throws(TextError) -> Unicode.Scalar {
    let scalars = try fields.takeString(key).unicodeScalars
    guard scalars.count == 1, let scalar = scalars.first else {
      throw TextError(.malformed, "“\(fields.path(of: key))” is not one character")
    }
    return scalar
  }
}
