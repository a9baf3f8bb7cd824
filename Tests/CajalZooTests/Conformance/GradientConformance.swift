// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import CajalTestSupport
import Testing

/// What the gradients of one model must be: the differences of the Float64 reference.
///
/// At every site the value is moved along one random direction and along the coordinates with the
/// largest derivatives. The central difference of the reference must be the derivative that the
/// engine's pull-back gives in that direction.
///
/// - Tolerance: 1e-4 of the derivative's natural size in that direction: the length of the gradient
///   for a direction of random signs, its largest element for a coordinate. Differences are exact to
///   1e-7; the pull-back runs in Float32, whose errors stay near 1e-6 of that size. A missing factor
///   of 0.99 moves the largest coordinate by a hundred times the tolerance, which is tested.
struct GradientConformance {
  /// The largest error allowed, relative to the size of the derivative.
  static let tolerance = 1e-4

  let model: any LanguageModel
  let name: String
  let batch: TokenBatch
  /// What is differentiated.
  let metrics: [Metric]
  /// What the engine's run is asked, and what is done to it.
  var options = RunOptions()
  var interventions: [Intervention] = []
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

  /// The gradients of all metrics at the given sites, [metrics] + shape each, in one pull-back.
  func gradients(at sites: Set<Site>) throws -> [Site: Tensor] {
    let run = try model.trackedRun(
      batch, at: sites, stopped: stopped, interventions: interventions, options: options)
    let cotangents = metrics.map { $0.cotangent(ofAll: run.output, batch) }
    return run.pullBack(Tensor.concatenatedRows(cotangents), releasing: true)
  }

  /// Compares every site, or the given ones, with differences of `graph`.
  func verify(
    _ graph: ReferenceGraph, sites: [Site]? = nil, coordinates: Bool = true,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let sites = sites ?? model.sites
    let found = try gradients(at: Set(sites))
    for site in sites {
      let place = try #require(graph.places[site])
      let value = graph.values[place]
      let gradient =
        found[site]?.array.map(Double.init)
        ?? Array(repeating: 0, count: metrics.count * value.count)
      let slopes = metrics.indices.map {
        Array(gradient[$0 * value.count..<($0 + 1) * value.count])
      }
      for probe in probes(site, value, slopes, coordinates: coordinates) {
        verify(probe, at: site, slopes, place, graph, sourceLocation)
      }
    }
  }

  // MARK: One direction

  /// A direction in which a site's value is moved.
  private struct Probe {
    /// What is added, times the step.
    let direction: [Double]
    /// How far: small against the value, large against the rounding of Float64.
    let step: Double
    /// The one element that moves; nil when all do.
    let coordinate: Int?

    /// Σ slope · direction.
    func derivative(_ slope: [Double]) -> Double {
      coordinate.map { slope[$0] } ?? zip(slope, direction).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// How large the derivative is where nothing cancels.
    func size(_ slope: [Double]) -> Double {
      coordinate == nil
        ? slope.reduce(0) { $0 + $1 * $1 }.squareRoot() : slope.reduce(0) { max($0, abs($1)) }
    }
  }

  private func probes(
    _ site: Site, _ value: [Double], _ slopes: [[Double]], coordinates: Bool
  ) -> [Probe] {
    let movable = value.indices.filter { isMovable(site, value[$0]) }
    let square = movable.reduce(0) { $0 + value[$1] * value[$1] } / Double(movable.count)
    let step = 1e-6 * max(square.squareRoot(), 1e-3)
    let draws = Philox(seed: 3, stream: UInt64(model.sites.firstIndex(of: site) ?? 0))
    var signs = [Double](repeating: 0, count: value.count)
    for index in movable { signs[index] = draws.uniform(UInt64(index)) < 0.5 ? -1 : 1 }
    let random = Probe(direction: signs, step: step, coordinate: nil)
    guard coordinates else { return [random] }
    let largest = slopes.map { slope in
      movable.max { abs(slope[$0]) < abs(slope[$1]) } ?? 0
    }
    return [random]
      + Set(largest).sorted().map { index in
        var direction = [Double](repeating: 0, count: value.count)
        direction[index] = 1
        return Probe(direction: direction, step: 10 * step, coordinate: index)
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

  private func verify(
    _ probe: Probe, at site: Site, _ slopes: [[Double]], _ place: Int, _ graph: ReferenceGraph,
    _ sourceLocation: SourceLocation
  ) {
    let moved = [-1.0, 1.0].map { sign in
      graph.last(adding: probe.direction.map { $0 * sign * probe.step }, at: place)
    }
    for (metric, slope) in zip(metrics, slopes) {
      let ends = moved.map { metric.reference($0, batch) }
      let wanted = (ends[1] - ends[0]) / (2 * probe.step)
      let found = probe.derivative(slope)
      let allowed = Self.tolerance * max(probe.size(slope), abs(wanted))
      if abs(found - wanted) <= allowed { continue }
      let what = probe.coordinate.map { "element \($0)" } ?? "a random direction"
      Issue.record(
        "\(name): d \(metric) / d \(site) along \(what) is \(found), expected \(wanted), allowed \(allowed)",
        sourceLocation: sourceLocation)
    }
  }
}
