// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalModel

/// The weights in numbers.
enum WeightsChapter: ScanChapter {
  static let title = "Its weights in numbers"
  static let introduction = """
    How large the learned numbers are, matrix by matrix and layer by layer. Healthy training leaves \
    most matrices of a kind at a similar size in all layers; a layer that stands out, a matrix with \
    many zeros, or one extreme number deserve a second look.
    """

  private static let card = MethodCard(
    name: "weights-in-numbers",
    summary: "Count, mean, spread and extremes of every weight tensor, in Float64.",
    source: "the definitions of the statistics; nothing is estimated")
  /// Lines that a figure can tell apart.
  private static let linesInFigure = 8

  static func content(_ context: ScanContext) throws -> ChapterContent {
    let survey = try WeightSurvey(context)
    var evidence: [Evidence] = [.table(kinds(survey))]
    let layers = context.description.shape.layers
    let matrices = survey.kinds(matrices: true)
    if !matrices.isEmpty {
      evidence.append(.heatmap(heatmap(survey, matrices, layers)))
      evidence.append(
        .curve(
          curve(
            survey, matrices, layers, title: "Size of the matrices, layer by layer",
            value: "Frobenius norm",
            caption: "One line a kind of matrix. The Frobenius norm is the root of the sum of all "
              + "squares and grows with the size of a matrix, so compare layers and not lines. "
              + "It does not show what a matrix does.", \.norm)))
    }
    let vectors = survey.kinds(matrices: false)
    if !vectors.isEmpty {
      evidence.append(
        .curve(
          curve(
            survey, vectors, layers, title: "Gains and biases, layer by layer",
            value: "root mean square",
            caption: "One line a kind of vector. Gains of norms usually begin near one and biases "
              + "near zero; what they act on is not shown.", \.rootMeanSquare)))
    }
    evidence.append(.table(each(survey)))
    return ChapterContent(
      findings: [context.finding(card, summary(survey), evidence: evidence)],
      remarks: [WeightRemark(survey).text].filter { !$0.isEmpty })
  }

  private static func summary(_ survey: WeightSurvey) -> String {
    let all = survey.entries.reduce(into: NumberStatistics()) { $0.merge($1.statistics) }
    let extreme = survey.entries.max { $0.statistics.largest < $1.statistics.largest }
    let place = extreme.map { "; the largest in magnitude is in '\(name($0))'" } ?? ""
    return "\(Quantity.grouped(all.count)) numbers with a root mean square of "
      + "\(Quantity.fixed(all.rootMeanSquare, 4)), \(all.zeros == 0 ? "none" : Quantity.percent(all.zeroShare)) of them zero, "
      + "from \(Quantity.fixed(all.minimum, 2)) to \(Quantity.fixed(all.maximum, 2))\(place)."
  }

  private static func name(_ entry: WeightSurvey.Entry) -> String {
    entry.place.layer.map { "layer \($0), \(entry.place.kind)" } ?? entry.place.kind
  }

  private static let columns: [Evidence.Table.Column] = [
    .init("Root mean square", .bar), .init("Mean", .number), .init("Deviation", .number),
    .init("Smallest", .number), .init("Largest", .number), .init("Zeros", .number, unit: "%"),
  ]

  private static func cells(_ statistics: NumberStatistics) -> [Evidence.Table.Cell] {
    [
      .number(statistics.rootMeanSquare), .number(statistics.mean),
      .number(statistics.standardDeviation), .number(statistics.minimum),
      .number(statistics.maximum), .number(statistics.zeroShare * 100),
    ]
  }

  private static func kinds(_ survey: WeightSurvey) -> Evidence.Table {
    var seen = Set<String>()
    let rows = survey.entries.compactMap { entry -> [Evidence.Table.Cell]? in
      let (kind, inLayers) = (entry.place.kind, entry.place.layer != nil)
      guard seen.insert("\(inLayers) \(kind)").inserted else { return nil }
      let total = survey.total(kind, inLayers: inLayers)
      let layers = Set(survey.entries.filter { $0.place.kind == kind }.compactMap(\.place.layer))
      return [
        .text(kind), inLayers ? .number(layers.count) : .missing, .number(total.count),
        .number(total.rootMeanSquare), .number(total.minimum), .number(total.maximum),
        .number(total.zeroShare * 100),
      ]
    }
    return Evidence.Table(
      title: "Weights by kind",
      caption:
        "Each kind over all its layers; those without layers stand outside of them. Gains near one "
        + "and biases near zero are where training usually begins. Means and deviations are in the last "
        + "table of this chapter.",
      columns: [
        .init("Weight"), .init("Layers", .number), .init("Numbers", .number),
        .init("Root mean square", .bar), .init("Smallest", .number), .init("Largest", .number),
        .init("Zeros", .number, unit: "%"),
      ], rows: rows)
  }

  private static func each(_ survey: WeightSurvey) -> Evidence.Table {
    Evidence.Table(
      title: "Every weight",
      caption: "One row a tensor; the experts of a layer share one. The deviation is the standard "
        + "deviation.",
      columns: [.init("Layer", .number), .init("Weight"), .init("Shape")] + columns,
      rows: survey.entries.map { entry in
        let shape = entry.shape.map(String.init).joined(separator: " × ")
        return [
          entry.place.layer.map { .number($0) } ?? .missing, .text(entry.place.kind),
          .text(entry.tensors > 1 ? "\(entry.tensors) of \(shape)" : shape),
        ] + cells(entry.statistics)
      })
  }

  private static func heatmap(
    _ survey: WeightSurvey, _ kinds: [String], _ layers: Int
  ) -> Evidence.Heatmap {
    let values = (0..<layers).map { layer in
      kinds.map { survey.entry($0, layer)?.statistics.rootMeanSquare ?? .nan }
    }
    var heatmap = Evidence.Heatmap(
      title: "Root mean square of every matrix",
      caption:
        "One row a layer, one column a kind of matrix; a stronger colour is a larger root mean square. "
        + "It shows how large numbers are, not what they do.",
      rowAxis: Axis("layer"), columnAxis: Axis("matrix"), valueAxis: Axis("root mean square"),
      panels: [.init("", values: values)])
    heatmap.rows = (0..<layers).map(String.init)
    heatmap.columns = kinds
    return heatmap
  }

  private static func curve(
    _ survey: WeightSurvey, _ kinds: [String], _ layers: Int, title: String, value: String,
    caption: String, _ quantity: (NumberStatistics) -> Double
  ) -> Evidence.Curve {
    let series = kinds.map { kind in
      Evidence.Curve.Series(
        kind,
        y: (0..<layers).map { layer in
          survey.entry(kind, layer).map { quantity($0.statistics) } ?? .nan
        })
    }
    // The lines that move most are the ones to draw where there are too many.
    let ordered =
      series.count <= linesInFigure
      ? series : series.sorted { $0.relativeSpread > $1.relativeSpread }
    return Evidence.Curve(
      title: title, caption: caption, x: Axis("layer"), y: Axis(value),
      series: ordered)
  }
}

extension NumberStatistics {
  /// The largest magnitude.
  fileprivate var largest: Double { max(abs(minimum), abs(maximum)) }
}

extension Evidence.Curve.Series {
  /// Largest over smallest value.
  fileprivate var relativeSpread: Double {
    let finite = y.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max(), low > 0 else { return 0 }
    return high / low
  }
}
