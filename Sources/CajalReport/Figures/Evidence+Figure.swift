// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

extension Evidence {
  /// The evidence as it is drawn on the page.
  var figure: any Figure {
    switch self {
    case .number(let number): NumberFigure(evidence: number)
    case .table(let table): TableFigure(table: table, folds: true)
    case .curve(let curve): CurveFigure(curve: curve)
    case .distribution(let distribution):
      switch distribution.content {
      case .values(let values):
        HistogramFigure(
          distribution: distribution, bins: Bins(of: values, scale: distribution.axis.scale))
      case .bins(let edges, let counts):
        HistogramFigure(distribution: distribution, bins: Bins(edges: edges, counts: counts))
      case .categories(let categories):
        BarFigure(distribution: distribution, categories: categories)
      }
    case .points(let points): ScatterFigure(points: points)
    case .heatmap(let heatmap): HeatmapFigure(heatmap: heatmap)
    case .tokens(let strip): TokenStripFigure(strip: strip)
    case .graph(let graph): GraphFigure(graph: graph)
    case .text(let text): TextFigure(text: text)
    }
  }
}
