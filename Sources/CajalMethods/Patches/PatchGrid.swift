// SPDX-License-Identifier: Apache-2.0
public import CajalFinding
public import CajalModel

/// One number for every patch of a site: a row a layer, a column a position or a head.
public struct PatchGrid: Sendable, Codable, Equatable {
  /// What was moved.
  public let site: Site.Name
  /// What the columns are.
  public let unit: PatchUnit
  /// The layers that have the site, a row each.
  public let layers: [Int]
  /// The numbers, [layers, columns]; one column where whole layers are moved.
  @Numeric public var values: [[Double]]

  /// A grid of the given numbers.
  public init(site: Site.Name, unit: PatchUnit, layers: [Int], values: [[Double]]) {
    self.site = site
    self.unit = unit
    self.layers = layers
    self.values = values
  }

  /// The same grid with every number changed.
  public func mapped(_ change: (Double) -> Double) -> PatchGrid {
    PatchGrid(site: site, unit: unit, layers: layers, values: values.map { $0.map(change) })
  }

  /// The site of a row.
  public func site(ofRow row: Int) -> Site { Site(site, layer: layers[row]) }
}
