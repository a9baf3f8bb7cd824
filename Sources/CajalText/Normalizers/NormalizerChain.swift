// SPDX-License-Identifier: Apache-2.0

/// The normalizer of a `tokenizer.json`: steps that change a text before it is cut, in order.
///
/// - Reference: `normalizers/` of <https://github.com/huggingface/tokenizers>.
struct NormalizerChain: Sendable {
  /// A text must not become longer than this many times its length, whatever a file asks for.
  private static let growthLimit = 4096

  private let steps: [any NormalizationStep]

  /// Steps that were not read from a file.
  init(_ steps: [any NormalizationStep]) { self.steps = steps }

  /// Reads the member `normalizer`.
  init(_ value: JSONValue) throws(TextError) {
    var steps: [any NormalizationStep] = []
    var growth = 1
    for description in try NormalizerDescription.flattened(value, "normalizer") {
      let (step, factor) = try description.step()
      steps.append(step)
      let (product, overflow) = growth.multipliedReportingOverflow(by: factor)
      guard !overflow, product <= Self.growthLimit else {
        throw TextError(
          .unsupported,
          "the steps of “normalizer” can make a text \(Self.growthLimit) times as long and more")
      }
      growth = product
    }
    self.steps = steps
  }

  /// Makes the text what the vocabulary spells.
  func apply(to text: inout AlignedText) throws(TextError) {
    for step in steps { try step.apply(to: &text) }
  }
}
