// SPDX-License-Identifier: Apache-2.0
public import CajalTensor

/// What a tap left of a run: values by site, with the batch they belong to.
public struct Trace: Sendable {
  /// The tokens of the run.
  public let batch: TokenBatch
  /// The recorded sites in the order of their visits.
  public let sites: [Site]
  private let values: [Site: Tensor]

  /// A trace of the given visits.
  public init(batch: TokenBatch, visits: [(site: Site, value: Tensor)]) {
    self.batch = batch
    sites = visits.map(\.site)
    values = Dictionary(visits.map { ($0.site, $0.value) }) { _, last in last }
  }

  /// The value at a site, nil where it was not recorded.
  public subscript(_ site: Site) -> Tensor? { values[site] }

  /// The value at a site that was recorded.
  public subscript(_ name: Site.Name, layer layer: Int? = nil) -> Tensor? {
    values[Site(name, layer: layer)]
  }
}
