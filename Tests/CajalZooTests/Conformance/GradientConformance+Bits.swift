// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Testing

/// What must not change a single bit of a gradient.
extension GradientConformance {
  /// The gradients of sites and weights for some cotangents of the logits.
  private struct Pulled {
    var sites: [Site: Tensor]
    var weights: [String: Tensor]

    func differences(from other: Pulled) -> [String] {
      let places = Set(sites.keys).union(other.sites.keys)
        .filter { !Self.same(sites[$0], other.sites[$0]) }.map(\.description)
      let names = Set(weights.keys).union(other.weights.keys)
        .filter { !Self.same(weights[$0], other.weights[$0]) }
      return (places + names).sorted()
    }

    private static func same(_ a: Tensor?, _ b: Tensor?) -> Bool {
      if let a, let b { return a.isBitEqual(to: b) }
      return a == nil && b == nil
    }
  }

  private func pulled(
    _ batch: TokenBatch, _ metrics: [Metric], at sites: [Site], recomputing: Bool = false,
    fused: Bool = true
  ) throws -> Pulled {
    var options = options
    let weights = WeightGradients()
    options.weightGradients = weights
    options.recomputesLayers = recomputing
    options.allowsFusedAttention = fused
    let run = try model.trackedRun(batch, at: Set(sites), options: options)
    let cotangents = metrics.map { $0.cotangent(ofAll: run.output, batch) }
    let found = run.pullBack([(run.output, Tensor.concatenatedRows(cotangents))])
    return Pulled(
      sites: found,
      weights: Dictionary(
        uniqueKeysWithValues: weights.names.compactMap { name in weights[name].map { (name, $0) } })
    )
  }

  /// Three cotangents in one pull-back are three pull-backs.
  func verifyManyCotangents() throws {
    let together = try pulled(batch, metrics, at: model.sites)
    for (index, metric) in metrics.enumerated() {
      let alone = try pulled(batch, [metric], at: model.sites)
      let part = Pulled(
        sites: together.sites.mapValues { $0.rows(index..<index + 1) },
        weights: together.weights.mapValues { $0.rows(index..<index + 1) })
      #expect(part.differences(from: alone).isEmpty, "\(name): \(metric) with others")
      let asked = try model.gradients(of: metric, batch, at: Set(model.sites))
      for site in model.sites {
        let wanted = alone.sites[site] ?? Tensor(zeros: [1] + (asked.trace[site]?.shape ?? []))
        let found = try #require(asked[site])
        #expect(
          found.reshaped(wanted.shape).isBitEqual(to: wanted), "\(name): d \(metric) / d \(site)")
      }
    }
  }

  /// Watching one site, all, or none leaves every other gradient and the logits alone.
  func verifyWatching() throws {
    let all = try pulled(batch, metrics, at: model.sites)
    #expect(
      try model.trackedRun(batch, at: Set(model.sites)).output.isBitEqual(to: model.logits(batch)),
      "\(name): tracking changed the logits")
    let none = try pulled(batch, metrics, at: [])
    #expect(
      Pulled(sites: [:], weights: all.weights).differences(from: none).isEmpty,
      "\(name): gradients of weights change when sites are watched")
    for site in model.sites {
      let one = try gradients(at: [site])
      #expect(
        Pulled(sites: one, weights: [:])
          .differences(from: Pulled(sites: all.sites.filter { $0.key == site }, weights: [:]))
          .isEmpty, "\(name): the gradient of \(site) differs when watched alone")
    }
    let plain = model.sites.filter {
      $0.name != .attentionScores && $0.name != .attentionPattern
    }
    let unfused = try pulled(batch, metrics, at: plain, fused: false)
    #expect(
      try pulled(batch, metrics, at: plain).differences(from: unfused).isEmpty,
      "\(name): fused and unfused attention pull back to other bits")
  }

  /// Fused norms and fused attention, taken where nobody watches their inside, pull back the bits of
  /// their steps.
  func verifyFused() throws {
    let inside: Set<Site.Name> = [
      .attentionNormScale, .attentionNormalized, .mlpNormScale, .mlpNormalized, .finalNormScale,
      .attentionScores, .attentionPattern,
    ]
    let outside = Set(model.sites.filter { !inside.contains($0.name) })
    let fused = try gradients(at: outside)
    let steps = try gradients(at: Set(model.sites))
    for site in outside {
      let (a, b) = (try #require(fused[site]), try #require(steps[site]))
      #expect(a.isBitEqual(to: b), "\(name): fused operations change the gradient of \(site)")
    }
  }

  /// Any number of threads, and layers computed again.
  func verifyThreadsAndRecomputing() throws {
    let one = try Threads.$count.withValue(1) { try pulled(batch, metrics, at: model.sites) }
    for count in [2, 5] {
      let many = try Threads.$count.withValue(count) {
        try pulled(batch, metrics, at: model.sites)
      }
      #expect(many.differences(from: one).isEmpty, "\(name): on \(count) threads")
    }
    let again = try pulled(batch, metrics, at: model.sites, recomputing: true)
    #expect(again.differences(from: one).isEmpty, "\(name): with layers computed again")
  }

  /// A sequence's gradients do not depend on the sequences beside it.
  func verifyPacking() throws {
    // The loss is a mean over all sequences; the others are sums.
    let metrics = Array(metrics.dropFirst())
    let packed = try pulled(batch, metrics, at: model.sites)
    for sequence in 0..<batch.sequenceCount {
      let own = try TokenBatch(batch.sequence(sequence))
      let alone = try pulled(own, metrics, at: model.sites)
      for site in model.sites {
        guard let whole = packed.sites[site], let part = alone.sites[site] else {
          #expect(packed.sites[site] == nil && alone.sites[site] == nil)
          continue
        }
        for index in metrics.indices {
          let gradient = whole.part(index)
          let found =
            site.name.axes.first == .head
            ? gradient.pattern(of: sequence, in: batch) : gradient.rows(batch.rows(of: sequence))
          #expect(
            found.isBitEqual(to: part.part(index)),
            "\(name): the gradient of \(site) in sequence \(sequence) depends on the other")
        }
      }
    }
  }
}

extension Tensor {
  /// One of the values along the first dimension.
  fileprivate func part(_ index: Int) -> Tensor {
    rows(index..<index + 1).reshaped(Array(shape.dropFirst()))
  }
}
