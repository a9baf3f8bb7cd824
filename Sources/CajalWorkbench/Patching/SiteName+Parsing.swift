// SPDX-License-Identifier: Apache-2.0
public import CajalModel

extension Site.Name {
  /// Reads the name of a site that layers of a model have: `headOutput`, or TransformerLens's
  /// `hook_z` as it stands behind a layer (`attn.hook_z`).
  ///
  /// - Throws: `ModelError.unknownSite` naming the nearest there is; `WorkbenchError.input` where the
  ///   text names one layer.
  public init(parsing text: String, layersOf model: some LanguageModel) throws {
    if let name = Site.Name(rawValue: text), !name.isInLayer {
      self = name
      return
    }
    if text.split(separator: ".").last.map({ Int($0) != nil }) == true || text.hasPrefix("blocks.")
    {
      let site = try Site(parsing: text)
      throw WorkbenchError(
        .input, "'\(text)' names one layer; every layer is patched, so write \(site.name.rawValue)")
    }
    // A name alone means the layers that have it; the first stands for all.
    let spelled = (Site.Name(rawValue: text) ?? (try? Site(parsing: "blocks.0.\(text)"))?.name)
    if let spelled {
      self = spelled
      return
    }
    self = try Site(parsing: text + ".0").name
  }
}
