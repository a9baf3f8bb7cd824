// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalModel

/// Where one can look, for who wants to look further.
enum SitesChapter: ScanChapter {
  static let title = "Where one can look"
  static let introduction = """
    The places in a forward pass where values can be recorded and changed: cajal record MODEL takes \
    these names, with a layer behind them.
    """

  private static let card = MethodCard(
    name: "sites", summary: "The places where a forward pass can be watched and changed.",
    source: "the architecture's declaration, which the forward pass is tested against")

  static func content(_ context: ScanContext) -> ChapterContent {
    let model = context.description
    return ChapterContent(findings: [
      context.finding(
        card,
        "\(context.subject.model.sites.count) sites in a forward pass, of \(model.sites.count) kinds.",
        evidence: [.table(siteTable(model))])
    ])
  }

  private static func siteTable(_ model: ModelDescription) -> Evidence.Table {
    let shape = model.shape
    return Evidence.Table(
      title: "Sites, in the order of a forward pass",
      caption:
        "N tokens, D \(shape.width) components of the residual stream, H \(shape.heads) heads, "
        + "H′ \(shape.keyValueHeads) heads of keys and values, K \(shape.headWidth) components of a "
        + "head, F \(shape.hiddenWidth) neurons"
        + (shape.experts > 0 ? ", E \(shape.experts) experts" : "")
        + ", V \(shape.vocabulary) tokens of the vocabulary.",
      columns: [.init("Site"), .init("Axes")],
      rows: model.sites.map { [.text($0.text), .text($0.axes)] })
  }
}
