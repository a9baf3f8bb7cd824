// SPDX-License-Identifier: Apache-2.0
public import CajalModel

/// Which sites of a model to look at, as text: `all`, or sites between commas.
///
/// `residualPost.3` is one site, `residualPost` all layers of it; TransformerLens's names serve too.
public struct SiteList: Sendable, Equatable {
  /// The sites, in the order of a forward pass, each once.
  public let sites: [Site]

  /// Reads a list for a model.
  ///
  /// - Throws: `ModelError.unknownSite` naming the nearest there is; `WorkbenchError.input` for a
  ///   selection, which a list of whole sites cannot hold.
  public init(parsing text: String, for model: any LanguageModel) throws {
    if text == "all" {
      sites = model.sites
      return
    }
    if let bracket = text.firstIndex(of: "[") {
      throw WorkbenchError(
        .input,
        "a selection cannot be recorded: '\(text[bracket...].prefix(40))'; name the site alone and "
          + "take the part from its tensor")
    }
    var wanted = Set<Site>()
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let name = String(part.trimmed)
      guard !name.isEmpty else {
        throw WorkbenchError(
          .input, "there is an empty name in the list of sites; write residualPost.0,logits")
      }
      wanted.formUnion(try Self.sites(named: name, in: model))
    }
    sites = model.sites.filter(wanted.contains)
  }

  /// The sites a name means: one, or every layer of it.
  private static func sites(named name: String, in model: any LanguageModel) throws(ModelError)
    -> [Site]
  {
    if let kind = Site.Name(rawValue: name), kind.isInLayer {
      let sites = model.sites.filter { $0.name == kind }
      if sites.isEmpty { throw model.absence(of: name) }
      return sites
    }
    return [try model.site(named: name)]
  }
}

extension LanguageModel {
  /// The site of this model that a text names.
  ///
  /// - Throws: `ModelError.unknownSite` where there is no such site, or this model does not have it.
  public func site(named text: String) throws(ModelError) -> Site {
    let site = try Site(parsing: text)
    if sites.contains(site) { return site }
    if let layer = site.layer, layer >= shape.layers,
      sites.contains(where: { $0.name == site.name })
    {
      throw ModelError(
        .unknownSite,
        "there is no site '\(text)': this model has the layers 0 to \(shape.layers - 1)")
    }
    throw absence(of: text)
  }

  fileprivate func absence(of text: String) -> ModelError {
    var names: [String] = []
    for site in sites where names.last != site.name.rawValue {
      if !names.contains(site.name.rawValue) { names.append(site.name.rawValue) }
    }
    return ModelError(
      .unknownSite,
      "this model has no site '\(text)'; it has \(names.joined(separator: ", "))")
  }
}

extension StringProtocol {
  /// The text without white space at its ends.
  var trimmed: String {
    var scalars = Substring(self).unicodeScalars
    while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return String(scalars)
  }
}
