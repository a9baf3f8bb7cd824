// SPDX-License-Identifier: Apache-2.0
import CajalFinding

/// What the model is: the essentials alone.
enum IdentityChapter: ScanChapter {
  static let title = "What it is"
  static let introduction = """
    The model in a few numbers, as its files describe it, with what each of them means.
    """

  private static let card = MethodCard(
    name: "identity", summary: "What the files say the model is.", source: "the checkpoint itself")

  static func content(_ context: ScanContext) -> ChapterContent {
    let model = context.description
    return ChapterContent(findings: [
      context.finding(card, "\(model.headline).", evidence: [.table(essentials(model))])
    ])
  }

  private static func essentials(_ model: ModelDescription) -> Evidence.Table {
    Evidence.Table(
      title: "The essentials",
      caption: "What the files say; how well the model does with it stands in the chapters below.",
      columns: [.init("Fact"), .init("This model"), .init("What it means")],
      rows: model.facts(isShort: true).map { fact in
        [.text(fact.label), .text(fact.value), meanings[fact.label].map { .text($0) } ?? .missing]
      })
  }

  /// What the labels of ``ModelDescription/facts(isShort:)`` stand for.
  static let meanings = [
    "Architecture": "The family, and how the parts of a layer are joined.",
    "Parameters": "All numbers that training left behind.",
    "Layers": "Steps that every token goes through, one after the other.",
    "Width": "Numbers that carry a token from layer to layer.",
    "Heads": "In each layer, parts that look back at earlier tokens.",
    "MLP": "In each layer, units that work on every token by itself.",
    "Vocabulary": "Pieces of text that the model can tell apart.",
    "Context": "How much text at once the model was made for.",
    "Memory": "The size of the weights as they are stored.",
    "Tokenizer": "What cuts a text into tokens.",
  ]
}
