// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Testing

/// What the gradients of one model must be: the differences of the Float64 reference.
///
/// At every site the value is moved along one random direction and along the coordinates with the
/// largest derivatives. The central difference of the reference must be the derivative that the
/// engine's pull-back gives in that direction.
///
/// The tolerance is 1e-4 of the derivative's natural size in that direction: the length of the
/// gradient for a direction of random signs, its largest element for a coordinate. Differences in
/// Float64 are exact to about 1e-7 of it and the pull-back in Float32 to a few 1e-6, while a factor
/// of 0.99 that is missing somewhere moves the largest coordinate by a hundred tolerances;
/// `verifySensitivity` proves that at every site. Where everything cancels, as at a scale that a
/// later norm divides out, 1 % of the model's largest counts instead, each relative to the size of
/// the values that are moved.
struct GradientConformance {
  /// The largest error allowed, relative to the size of the derivative.
  static let tolerance = 1e-4

  let model: any LanguageModel
  let name: String
  let batch: TokenBatch
  /// What is differentiated.
  let metrics: [Metric]
  /// What is asked of the engine's run.
  var options = RunOptions()
  /// What is done to the engine's run.
  var interventions: [Intervention] = []
  /// Behind which sites nothing flows back.
  var stopped: Set<Site> = []

  init(_ model: any LanguageModel, named name: String) throws {
    self.model = model
    self.name = name
    batch = try .gradients(of: model)
    let answers = model.shape.answers
    metrics = [.loss, .logit(7 % answers), .logitDifference(3 % answers, 5 % answers)]
  }

  init(_ reference: ReferenceModel) throws {
    try self.init(reference.load(), named: reference.testDescription)
  }

  /// The reference's run, with the same changes to the values of sites as the engine's interventions.
  func reference(
    changes: [Site: ([Double]) -> [Double]] = [:]
  ) throws -> ReferenceGraph {
    try ReferenceGraph(model, batch, changes: changes)
  }

  /// The gradients of all metrics at the given sites, [metrics] + shape each, in one pull-back.
  func gradients(at sites: Set<Site>) throws -> [Site: Tensor] {
    let run = try model.trackedRun(
      batch, at: sites, stopped: stopped, interventions: interventions, options: options)
    let cotangents = metrics.map { $0.cotangent(ofAll: run.output, batch) }
    return run.pullBack([(run.output, Tensor.concatenatedRows(cotangents))], releasing: true)
  }

  /// Expects every derivative to be the difference of the reference.
  func verify(_ differences: [Difference], sourceLocation: SourceLocation = #_sourceLocation) {
    for difference in differences where !difference.isClose() {
      Issue.record("\(name): \(difference)", sourceLocation: sourceLocation)
    }
  }

  /// Expects that gradients that are wrong by a factor of 0.99 would be found out: at every site and
  /// for every metric by one of the directions.
  func verifySensitivity(
    _ differences: [Difference], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (place, group) in Dictionary(grouping: differences, by: { "\($0.metric) at \($0.site)" }) {
      #expect(
        group.contains { !$0.isClose(factor: 0.99) },
        "\(name): a wrong factor in d \(place) would not be seen", sourceLocation: sourceLocation)
    }
  }
}

// MARK: - Differences
extension GradientConformance {
  /// One derivative in one direction, computed both ways.
  struct Difference: CustomStringConvertible {
    let metric: Metric
    let site: Site
    /// The element that is moved; nil for a direction of random signs.
    let coordinate: Int?
    /// From the engine's pull-back.
    let found: Double
    /// From the reference's difference.
    let wanted: Double
    /// How large the derivative is in such a direction where nothing cancels.
    let size: Double
    /// The root mean square of the value that is moved.
    let value: Double
    /// 1 % of what is largest in the model, for values of this size.
    var least = 0.0

    /// Whether both agree, also if the engine's were wrong by a factor.
    func isClose(factor: Double = 1) -> Bool {
      abs(factor * found - wanted) <= GradientConformance.tolerance * max(size, abs(wanted), least)
    }

    var description: String {
      let along = coordinate.map { "element \($0)" } ?? "a random direction"
      return "d \(metric) / d \(site) along \(along) is \(found), expected \(wanted), "
        + "where \(size) would be usual"
    }
  }

  /// The derivatives at the given sites, by default all, both ways: along a random direction and, where
  /// asked, along the coordinates with the largest derivatives.
  func differences(
    _ graph: ReferenceGraph, at sites: [Site]? = nil, coordinates: Bool = true
  ) throws -> [Difference] {
    let sites = sites ?? model.sites
    let found = try gradients(at: Set(sites))
    let differences = try sites.flatMap { site in
      let place = try #require(graph.places[site])
      let size = graph.values[place].count
      let whole = found[site].map { $0.array.map(Double.init) }
      let slopes = metrics.indices.map { metric in
        whole.map { Array($0[metric * size..<(metric + 1) * size]) }
          ?? Array(repeating: 0, count: size)
      }
      return self.differences(graph, site, place, slopes, coordinates: coordinates)
    }
    return withLeast(differences)
  }

  /// The same, with what is largest in the model noted, for each metric and kind of direction.
  private func withLeast(_ differences: [Difference]) -> [Difference] {
    let kind = { (it: Difference) in "\(it.metric) \(it.coordinate == nil)" }
    let largest = Dictionary(grouping: differences, by: kind)
      .mapValues { $0.map { $0.size * $0.value }.max() ?? 0 }
    return differences.map { difference in
      var difference = difference
      difference.least = 0.01 * (largest[kind(difference)] ?? 0) / difference.value
      return difference
    }
  }

  private func differences(
    _ graph: ReferenceGraph, _ site: Site, _ place: Int, _ slopes: [[Double]], coordinates: Bool
  ) -> [Difference] {
    let value = graph.values[place]
    let movable = value.indices.filter { isMovable(site, value[$0]) }
    let square = movable.reduce(0) { $0 + value[$1] * value[$1] } / Double(movable.count)
    // Small against the value, large against the rounding of Float64.
    let typical = max(square.squareRoot(), 1e-3)
    let step = 1e-6 * typical
    let draws = Philox(seed: 3, stream: UInt64(place))
    var signs = [Double](repeating: 0, count: value.count)
    for index in movable { signs[index] = draws.uniform(UInt64(index)) < 0.5 ? -1 : 1 }
    let along = slope(graph, place, signs, step)
    var found = zip(metrics, slopes).enumerated().map { index, pair in
      Difference(
        metric: pair.0, site: site, coordinate: nil,
        found: zip(pair.1, signs).reduce(0) { $0 + $1.0 * $1.1 },
        wanted: along[index],
        size: pair.1.reduce(0) { $0 + $1 * $1 }.squareRoot(), value: typical)
    }
    guard coordinates else { return found }
    let largest = Set(slopes.compactMap { s in movable.max { abs(s[$0]) < abs(s[$1]) } })
    for coordinate in largest.sorted() {
      var direction = [Double](repeating: 0, count: value.count)
      direction[coordinate] = 1
      let wanted = slope(graph, place, direction, 10 * step)
      for (index, metric) in metrics.enumerated() {
        found.append(
          Difference(
            metric: metric, site: site, coordinate: coordinate, found: slopes[index][coordinate],
            wanted: wanted[index], size: slopes[index].reduce(0) { max($0, abs($1)) },
            value: typical))
      }
    }
    return found
  }

  /// The central difference of every metric.
  private func slope(
    _ graph: ReferenceGraph, _ place: Int, _ direction: [Double], _ step: Double
  ) -> [Double] {
    let ends = [-step, step].map { step in
      graph.last(adding: direction.map { $0 * step }, at: place)
    }
    return metrics.map { metric in
      (metric.reference(ends[1], batch) - metric.reference(ends[0], batch)) / (2 * step)
    }
  }

  /// Scores and patterns have no numbers where a key is not visible, and an expert that was not
  /// chosen is not run.
  private func isMovable(_ site: Site, _ value: Double) -> Bool {
    switch site.name {
    case .attentionScores: value > -.infinity
    case .attentionPattern, .routerWeights: value != 0
    default: true
    }
  }
}
