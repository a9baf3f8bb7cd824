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
    case trimming(OffsetTrimming)
  }

  private let steps: [Step]

  /// Reads the member `post_processor`.
  init(_ value: JSONValue, _ names: TokenNames) throws(TextError) {
    var steps: [Step] = []
    let components = try TypedComponent.flattened(value, "post_processor", list: "processors")
    for (type, fields) in components { steps += try Self.steps(type, fields, names) }
    self.steps = steps
  }

  /// Tokens around a text and nothing else.
  init(_ template: SequenceTemplate) { steps = [.template(template)] }

  private static func steps(
    _ type: String, _ fields: consuming JSONFields, _ names: TokenNames
  ) throws(TextError) -> [Step] {
    var steps: [Step] = []
    switch type {
    case "TemplateProcessing":
      steps.append(.template(try SequenceTemplate(template: &fields, names)))
    case "BertProcessing": steps.append(.template(try SequenceTemplate(classifier: &fields, names)))
    case "RobertaProcessing":
      if let trimming = try OffsetTrimming(&fields, names) { steps.append(.trimming(trimming)) }
      steps.append(.template(try SequenceTemplate(classifier: &fields, names)))
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

  private var templates: [SequenceTemplate] {
    steps.compactMap { if case .template(let template) = $0 { template } else { nil } }
  }

  /// The tokens in front of a text.
  var before: [Int] {
    templates.reduce([]) { $1.before + $0 }
  }

  /// The tokens behind a text.
  var after: [Int] {
    templates.reduce([]) { $0 + $1.after }
  }

  /// Changes the tokens of a text; without offsets only the ids.
  func apply(
    to ids: inout [Int], _ offsets: inout Offsets?, spellings: Spellings = [:],
    addSpecialTokens: Bool
  ) {
    var spellings = spellings
    for step in steps {
      switch step {
      case .template(let template):
        template.apply(to: &ids, &offsets, &spellings, addSpecialTokens: addSpecialTokens)
      case .trimming(let trimming):
        guard var spans = offsets?.spans else { continue }
        offsets = nil
        trimming.apply(to: &spans, ids, spellings)
        offsets = Offsets(spans)
      }
    }
  }
}
