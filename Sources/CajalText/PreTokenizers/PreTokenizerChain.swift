// SPDX-License-Identifier: Apache-2.0

/// Cuts a text into the pieces that the model reads one by one.
///
/// - Reference: `pre_tokenizers/` of <https://github.com/huggingface/tokenizers>.
struct PreTokenizerChain: Sendable {
  private let steps: [any PreTokenizationStep]
  /// Whether pieces stay bytes and the model's vocabulary is read through the byte-level spelling.
  let isByteLevel: Bool

  /// Reads the member `pre_tokenizer`.
  ///
  /// When byte level comes last it leaves the characters alone, and the model's vocabulary is read
  /// through its spelling instead.
  init(_ value: JSONValue) throws(TextError) {
    var steps: [any PreTokenizationStep] = []
    for (type, fields) in try TypedComponent.flattened(
      value, "pre_tokenizer", list: "pretokenizers")
    {
      var description = PreTokenizerDescription(type: type, fields: fields)
      steps += try description.steps()
    }
    var isByteLevel = false
    if var last = steps.last as? ByteLevelStep {
      last.maps = false
      steps[steps.count - 1] = last
      isByteLevel = true
    }
    self.init(steps, isByteLevel: isByteLevel)
  }

  init(_ steps: [any PreTokenizationStep], isByteLevel: Bool) {
    (self.steps, self.isByteLevel) = (steps, isByteLevel)
  }

  /// Whether pieces that another step cut are asked where in the original they begin: then sources are
  /// kept, whether somebody wants offsets or not.
  var asksForOrigins: Bool {
    steps.dropFirst().contains { ($0 as? MetaspaceStep)?.asksForOrigin == true }
  }

  func apply(to tokens: inout PreTokens) throws(TextError) {
    for step in steps { try step.apply(to: &tokens) }
  }
}
