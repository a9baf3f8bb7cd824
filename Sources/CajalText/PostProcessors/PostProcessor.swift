// SPDX-License-Identifier: Apache-2.0

/// What happens to the tokens of a text at the end: offsets are trimmed, marks put around it.
///
/// - Reference: `processors` of <https://github.com/huggingface/tokenizers>.
struct PostProcessor: Sendable {
  private enum Step {
    case template(SequenceTemplate)
    case classifier(ClassifierMarks)
    case trimming(OffsetTrimming)
  }

  private let steps: [Step]

  /// Reads the member `post_processor`.
  init(_ value: JSONValue, _ names: TokenNames) throws(TextError) {
    var steps: [Step] = []
    var hasTemplate = false
    let components = try TypedComponent.flattened(value, "post_processor", list: "processors")
    for (type, fields) in components {
      if type == "TemplateProcessing" {
        guard !hasTemplate else {
          throw TextError(
            .unsupported, "“\(fields.path)” is a template behind another, which is not implemented")
        }
        hasTemplate = true
      }
      steps += try Self.steps(type, fields, names)
    }
    self.steps = steps
  }

  /// Tokens around a text and nothing else.
  init(before: [Int], after: [Int]) {
    steps = [.template(SequenceTemplate(before: before, after: after))]
  }

  private static func steps(
    _ type: String, _ fields: consuming JSONFields, _ names: TokenNames
  ) throws(TextError) -> [Step] {
    var steps: [Step] = []
    switch type {
    case "TemplateProcessing": steps.append(.template(try SequenceTemplate(&fields, names)))
    case "BertProcessing":
      steps.append(.classifier(try ClassifierMarks(&fields, names, isDoubled: false)))
    case "RobertaProcessing":
      if let trimming = try OffsetTrimming(&fields, names) { steps.append(.trimming(trimming)) }
      steps.append(.classifier(try ClassifierMarks(&fields, names, isDoubled: true)))
    case "ByteLevel":
      fields.excuse("use_regex", because: "means something to the pre-tokenizer only")
      if let trimming = try OffsetTrimming(&fields, names) { steps.append(.trimming(trimming)) }
    default: throw TypedComponent.unknown(type, fields.path)
    }
    try fields.close()
    return steps
  }

  /// The tokens in front of a text; none where it does not stand in a single place.
  var before: [Int] { around.before }

  /// The tokens behind a text.
  var after: [Int] { around.after }

  private var around: (before: [Int], after: [Int]) {
    let tokens = applied(to: TokenSegment(ids: [-1]), addSpecialTokens: true)
    let parts = tokens.ids.split(separator: -1, omittingEmptySubsequences: false)
    return parts.count == 2 ? (Array(parts[0]), Array(parts[1])) : ([], [])
  }

  /// What becomes of the tokens of a text.
  func applied(to tokens: TokenSegment, addSpecialTokens: Bool) -> TokenSegment {
    var segments = [tokens]
    for step in steps {
      switch step {
      case .template(let template):
        segments = template.applied(to: segments, addSpecialTokens: addSpecialTokens)
      case .classifier(let marks) where addSpecialTokens: marks.apply(to: &segments)
      case .classifier: break
      case .trimming(let trimming):
        for index in segments.indices { trimming.apply(to: &segments[index]) }
      }
    }
    var joined = segments.first ?? TokenSegment(ids: [], spans: tokens.spans.map { _ in [] })
    for segment in segments.dropFirst() { joined.append(segment) }
    return joined
  }
}

/// Some tokens on their way through the post-processor; a template makes several stretches of one,
/// and what comes behind it sees each by itself.
struct TokenSegment {
  var ids: [Int]
  /// Their stretches in code points; nil when nobody wants them.
  var spans: [ByteSpan]?
  /// How some of them are spelled, where it is not as in the vocabulary.
  var spellings = Spellings()

  /// Puts tokens around these that stand for nothing.
  mutating func surround(before: [Int], after: [Int]) {
    var all = Self.marks(before, isTracked: spans != nil)
    all.append(self)
    all.append(Self.marks(after, isTracked: spans != nil))
    self = all
  }

  /// Tokens that stand for nothing.
  static func marks(_ ids: [Int], isTracked: Bool) -> TokenSegment {
    TokenSegment(ids: ids, spans: isTracked ? ids.map { _ in ByteSpan(0, 0) } : nil)
  }

  mutating func append(_ other: TokenSegment) {
    spellings.append(other.spellings, behind: ids.count)
    ids += other.ids
    if let more = other.spans { spans?.append(contentsOf: more) }
  }
}
