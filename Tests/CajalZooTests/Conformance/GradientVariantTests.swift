// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Testing

/// Gradients in which something is held: those of a reference in which it keeps its value.
struct GradientVariantTests {
  @Test(arguments: GradientTests.fixtures)
  func `frozen patterns are constants`(_ reference: ReferenceModel) throws {
    var conformance = try GradientConformance(reference)
    conformance.options.frozen = .attentionPatterns
    var graph = try conformance.reference()
    graph.held = Set(graph.patterns)
    let sites = conformance.model.sites.filter { $0.name != .attentionPattern }
    conformance.verify(try conformance.differences(graph, at: sites, coordinates: false))
    let unreached = sites.filter {
      [.attentionScores, .query, .key, .queryRotated, .keyRotated].contains($0.name)
    }
    try expectNothing(conformance, at: unreached)
  }

  @Test(arguments: GradientTests.fixtures)
  func `frozen norm scales are constants`(_ reference: ReferenceModel) throws {
    var conformance = try GradientConformance(reference)
    conformance.options.frozen = .normScales
    var graph = try conformance.reference()
    graph.held = Set(graph.normScales)
    let scales: Set<Site.Name> = [.attentionNormScale, .mlpNormScale, .finalNormScale]
    let sites = conformance.model.sites.filter { !scales.contains($0.name) }
    conformance.verify(try conformance.differences(graph, at: sites, coordinates: false))
  }

  @Test(arguments: GradientBitsTests.models)
  func `what is frozen is a constant whether it is watched or not`(
    _ reference: ReferenceModel
  ) throws {
    var conformance = try GradientConformance(reference)
    conformance.options.frozen = [.attentionPatterns, .normScales]
    var graph = try conformance.reference()
    graph.held = Set(graph.patterns + graph.normScales)
    let watched = try conformance.gradients(at: Set(conformance.model.sites))
    let first = Site(.tokenEmbedding)
    let alone = try conformance.gradients(at: [first])
    #expect(try #require(alone[first]).isBitEqual(to: try #require(watched[first])))
    conformance.verify(try conformance.differences(graph, at: [first]))
  }

  /// Without norms and MLPs, frozen patterns leave a linear model: its value is its derivative.
  @Test func `a linear model's logit is the gradient times the embeddings`() throws {
    let reference = try #require(
      GradientTests.fixtures.first { $0.name == "tl-attention-only" })
    var conformance = try GradientConformance(reference)
    conformance.options.frozen = .attentionPatterns
    let site = Site(.residualPre, layer: 0)
    let gradient = try #require(try conformance.gradients(at: [site])[site])
    let graph = try conformance.reference()
    let value = try #require(graph[site])
    let logit = conformance.metrics[1]
    let slope = gradient.array.map(Double.init)[value.count..<2 * value.count]
    var frozen = graph
    frozen.held = Set(graph.patterns)
    // The biases are what is left when the embeddings are taken away.
    let constant = logit.reference(
      frozen.last(adding: value.map { -$0 }, at: try #require(graph.places[site])),
      conformance.batch)
    let linear = zip(slope, value).reduce(0) { $0 + $1.0 * $1.1 }
    let whole = logit.reference(try #require(graph[Site(.logits)]), conformance.batch)
    #expect(abs(linear + constant - whole) < 1e-5 * abs(whole))
  }

  @Test(
    arguments: GradientBitsTests.models,
    [Site.Name.attentionOut, .mlpOut, .value, .attentionInput, .residualPre])
  func `nothing flows back behind a stopped site`(
    _ reference: ReferenceModel, _ name: Site.Name
  ) throws {
    var conformance = try GradientConformance(reference)
    let layer = conformance.model.shape.layers - 1
    let site = Site(name, layer: layer)
    guard let index = conformance.model.sites.firstIndex(of: site) else { return }
    conformance.stopped = [site]
    var graph = try conformance.reference()
    graph.held = [try #require(graph.places[site])]
    conformance.verify(try conformance.differences(graph, coordinates: false))
    // Its own gradient stays; the whole stream stopped leaves nothing before it.
    let found = try conformance.gradients(at: Set(conformance.model.sites))
    #expect(found[site] != nil)
    if name == .residualPre {
      try expectNothing(conformance, at: Array(conformance.model.sites.prefix(index)))
    }
  }

  private func expectNothing(_ conformance: GradientConformance, at sites: [Site]) throws {
    let found = try conformance.gradients(at: Set(sites))
    for site in sites {
      #expect(
        found[site]?.array.allSatisfy { $0 == 0 } ?? true,
        "\(conformance.name): something reaches \(site)")
    }
  }
}
