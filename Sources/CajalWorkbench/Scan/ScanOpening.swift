// SPDX-License-Identifier: Apache-2.0
import CajalModel

/// The first page of a check-up, for people who know nothing of models: what was scanned, what is
/// striking, and what was not looked at.
struct ScanOpening {
  let context: ScanContext
  /// What the chapters found striking, in their order.
  let remarks: [String]

  /// The labels of the facts that stand on the first page; the first chapter has all of them.
  static let facts: Set<String> = [
    "Architecture", "Parameters", "Layers", "Vocabulary", "Context", "Memory",
  ]

  /// One paragraph each; must stay true of this program as it learns to look at more.
  var paragraphs: [String] {
    context.isStandIn ? [standIn, notLookedAt] : [scanned, striking, notLookedAt, measured]
  }

  /// Remarks are left out: of random numbers nothing is striking.
  private var standIn: String {
    "The numbers below mean nothing, except that the program works. No model was named, so this is "
      + "a stand-in: a small Llama whose weights are random numbers from a fixed seed. It was never "
      + "trained and knows nothing. The report shows what a check-up looks like; it says nothing "
      + "about any real model. For a real one run: cajal scan MODEL."
  }

  private var scanned: String {
    let (model, shape) = (context.description, context.description.shape)
    let layers = "\(shape.layers) \(shape.layers == 1 ? "layer" : "layers")"
    return "What was scanned: “\(model.name)”, a language model of the family "
      + "\(model.architecture). It holds \(Quantity.grouped(model.parameters)) learned numbers in "
      + "\(layers), reads a text as pieces out of a list of "
      + "\(Quantity.grouped(shape.vocabulary)), its tokens, and says how likely each of them is "
      + "to come next."
  }

  private var striking: String {
    remarks.isEmpty
      ? "What is striking: nothing of what was looked at."
      : "What is striking: " + remarks.joined(separator: " ")
  }

  private var notLookedAt: String {
    let texts = context.ownText == nil ? "alone" : "and the one that was given"
    return
      "What was not looked at: how the model arrives at its answers. This check-up finds no circuits, "
      + "no features and no behaviours yet, and it does not judge whether answers are true or safe. "
      + "It tries a few short English texts \(texts)."
  }

  private var measured: String {
    "How each number was measured stands under it, so that it can be measured again."
  }
}
