// SPDX-License-Identifier: Apache-2.0
import CajalModel

/// The sites of a name that a model has.
enum PatchSites {
  /// One site a layer, first to last.
  ///
  /// - Throws: `MethodError.site` where the name does not belong to layers or the model has none of it.
  static func sites(
    _ name: Site.Name, of model: some LanguageModel
  ) throws(MethodError) -> [Site] {
    guard name.isInLayer else {
      throw MethodError(
        .site,
        "'\(name.rawValue)' is no part of a layer; patch residualPre, whose first layer is the sum of "
          + "the embeddings, or residualPost")
    }
    let sites = model.sites.filter { $0.name == name }
    guard !sites.isEmpty else {
      var names: [String] = []
      for site in model.sites where site.name.isInLayer && !names.contains(site.name.rawValue) {
        names.append(site.name.rawValue)
      }
      throw MethodError(
        .site,
        "this model has no '\(name.rawValue)' to patch; it has \(names.joined(separator: ", "))")
    }
    return sites
  }

  /// The sites of several names, one group a name, in the order of a forward pass; no names mean all
  /// that are inside the layers and divide into the unit.
  ///
  /// - Throws: `MethodError.site` as `sites`, and where a named site does not divide.
  static func groups(
    _ names: [Site.Name], _ unit: PatchUnit, of model: some LanguageModel
  ) throws(MethodError) -> [[Site]] {
    var names = names
    if names.isEmpty {
      for site in model.sites where site.name.isInLayer && !names.contains(site.name) {
        if unit != .head || site.name.axes.contains(.head) { names.append(site.name) }
      }
    }
    var groups: [[Site]] = []
    for name in names {
      let sites = try sites(name, of: model)
      _ = try Patch.all(
        unit, site: sites[0], positions: 0, heads: name.axes.contains(.head) ? 0 : nil)
      groups.append(sites)
    }
    return groups
  }
}
