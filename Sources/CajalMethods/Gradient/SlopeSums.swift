// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor

/// Sums of (moved − base) · slope over the parts of a site's value, in Float64.
struct SlopeSums {
  let unit: PatchUnit

  init(_ unit: PatchUnit) {
    self.unit = unit
  }

  /// What is multiplied at one site.
  struct Factors {
    let moved: SiteValue
    let base: SiteValue?
    let slope: Tensor

    /// - Throws: `MethodError.site` where a run did not visit the site.
    init(moved: Tensor, base: Tensor?, slope: Tensor?, _ site: Site) throws(MethodError) {
      guard let slope else {
        throw MethodError(.site, "the run does not visit '\(site)'; choose another site")
      }
      self.moved = SiteValue(name: site.name, value: moved)
      self.base = base.map { SiteValue(name: site.name, value: $0) }
      self.slope = slope
    }

    /// The sum over a patch.
    func sum(_ patch: Patch) -> Double {
      moved.value.withFloats { moved in
        slope.withFloats { slope in
          guard let base else { return sum(patch) { Double(moved[$0]) * Double(slope[$0]) } }
          return base.value.withFloats { base in
            sum(patch) {
              // Equal values move nothing, also where both are minus infinity.
              moved[$0] == base[$0] ? 0 : (Double(moved[$0]) - Double(base[$0])) * Double(slope[$0])
            }
          }
        }
      }
    }

    private func sum(_ patch: Patch, _ term: (Int) -> Double) -> Double {
      var sum = 0.0
      for position in patch.positions {
        for stretch in moved.stretches(
          position: position, head: patch.head, rows: moved.positions)
        {
          for index in stretch { sum += term(index) }
        }
      }
      return sum
    }
  }

  /// The sums of every part of sites of one name, a row a layer.
  func grid(_ sites: [Site], _ factors: (Site) throws -> Factors) throws -> PatchGrid {
    let rows = try sites.map { site in
      let factors = try factors(site)
      let moved = factors.moved
      return try Patch.all(unit, site: site, positions: moved.positions, heads: moved.heads)
        .map(factors.sum)
    }
    return PatchGrid(
      site: sites[0].name, unit: unit, layers: sites.compactMap(\.layer), values: rows)
  }
}

/// A recorded run with its metric.
struct MeasuredTrace {
  let trace: Trace
  let value: Double

  /// Runs a prompt and keeps the values at some sites.
  ///
  /// - Parameter answers: The prompt whose tokens a loss is of.
  /// - Throws: `ModelError` for tokens or a metric outside the vocabulary.
  init(
    _ tokens: [Int], answers: TokenBatch, sites: Set<Site>, metric: Metric,
    on model: some LanguageModel
  ) throws(ModelError) {
    let batch = try TokenBatch(tokens)
    try metric.check(answers, answers: model.shape.answers)
    var tap = Recorder(sites)
    let residual = try model.run(batch, until: .layer(model.shape.layers), tap: &tap)
    let logits = try model.logits(of: residual.gathered(rows: metric.rows(in: answers)))
    trace = tap.trace(of: batch)
    value = metric.value(logits, answers)
  }
}

extension Trace {
  /// The value at a site.
  ///
  /// - Throws: `MethodError.site` where the run did not visit it.
  func value(_ site: Site) throws(MethodError) -> Tensor {
    guard let value = self[site] else {
      throw MethodError(.site, "the run does not visit '\(site)'; choose another site")
    }
    return value
  }
}
