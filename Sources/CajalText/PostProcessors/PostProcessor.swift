// SPDX-License-Identifier: Apache-2.0

/// What happens to the tokens of a text at the end: offsets are trimmed, marks put around it.
///
/// - Reference: `processors` of <https://github.com/huggingface/tokenizers>.
struct PostProcessor: Sendable {
  /// The spelling of tokens that is not the one of the vocabulary, by their place in the text: added
  /// tokens with the white space around them.
  typealias Spellings = [Int: ArraySlice<UInt8>]

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

  /// Whether offsets depend on how tokens are spelled.
  var trimsOffsets: Bool {
    steps.contains { if case .trimming = $0 { true } else { false } }
  }

  /// The tokens in front of a text; none where it does not stand in a single place.
  var before: [Int] { around.before }

  /// The tokens behind a text.
  var after: [Int] { around.after }

  private var around: (before: [Int], after: [Int]) {
    var ids = [-1]
    var offsets: Offsets?
    apply(to: &ids, &offsets, addSpecialTokens: true)
    let parts = ids.split(separator: -1, omittingEmptySubsequences: false)
    return parts.count == 2 ? (Array(parts[0]), Array(parts[1])) : ([], [])
  }

  /// Changes the tokens of a text; without offsets only the ids.
  func apply(
    to ids: inout [Int], _ offsets: inout Offsets?, spellings: Spellings = [:],
    addSpecialTokens: Bool
  ) {
    if steps.isEmpty { return }
    var segments = [TokenSegment(ids: ids, spans: offsets?.spans, spellings: spellings)]
    (ids, offsets) = ([], offsets.map { _ in Offsets() })
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
    if segments.count == 1 {
      ids = segments[0].ids
      if offsets != nil { offsets = Offsets(segments[0].spans ?? []) }
    } else {
      ids = Array(segments.map(\.ids).joined())
      if offsets != nil { offsets = Offsets(Array(segments.map { $0.spans ?? [] }.joined())) }
    }
  }
}

/// Some tokens on their way through the post-processor; a template makes several stretches of one,
/// and what comes behind it sees each by itself.
struct TokenSegment {
  var ids: [Int]
  /// Their stretches in code points; nil when nobody wants them.
  var spans: [ByteSpan]?
  var spellings: PostProcessor.Spellings = [:]

  /// Puts tokens around these that stand for nothing.
  mutating func surround(before: [Int], after: [Int]) {
    ids = before + ids + after
    if let old = spans {
      spans = before.map { _ in ByteSpan(0, 0) } + old + after.map { _ in ByteSpan(0, 0) }
    }
    guard !spellings.isEmpty else { return }
    spellings = Dictionary(
      uniqueKeysWithValues: spellings.map { ($0.key + before.count, $0.value) })
  }
}
