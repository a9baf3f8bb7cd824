// SPDX-License-Identifier: Apache-2.0
public import CajalModel
import CajalTensor

/// Interventions as text, the verb first:
///
///     set SITE VALUE                      add SITE VALUE
///     scale SITE FACTOR                   project-out SITE VALUE
///     replace SITE @TRACE.safetensors     mean SITE [@FILE]
///     resample SITE [@FILE] [seed=N]
///     clamp SITE ENCODER DECODER VALUE [bias=N] [threshold=N]
///
/// SITE may carry a selection, `attentionPattern.5[head=2,position=-1]`. VALUE, ENCODER and DECODER
/// are a number, numbers between commas, or a tensor of a file: `@direction.npy`,
/// `@vectors.safetensors:truth`. A file with one tensor needs no name; where an intervention takes the
/// value of a site it is found under the site's own name. Double quotes hold a word with spaces
/// together. `@FILE.json` alone is a list of interventions as JSON.
extension Intervention {
  /// Reads one text: one intervention, or the list in a JSON file.
  ///
  /// - Parameters:
  ///   - text: As described above.
  ///   - seed: The seed of draws where the text names none.
  /// - Throws: `WorkbenchError.intervention` saying what cannot be read and what is expected;
  ///   `ModelError` for a site or selection; `CheckpointError` for a file.
  public static func parse(_ text: String, seed: UInt64 = 0) throws -> [Intervention] {
    var words = try InterventionWords(text)
    if let file = words.onlyFile { return try InterventionFile.list(file) }
    let verb = try words.next("a verb")
    guard let read = verbs[verb] else {
      throw WorkbenchError(
        .intervention,
        "'\(verb)' is no intervention; there are \(verbs.keys.sorted().joined(separator: ", ")), "
          + "as in \"scale attentionOut.2 0\"")
    }
    let (site, selection) = try place(try words.next("a site"))
    let action = try read(&words, site, seed)
    try words.close()
    return [Intervention(action, at: site, selection)]
  }

  private typealias Reader =
    @Sendable (inout InterventionWords, Site, _ seed: UInt64) throws -> Action

  private static let verbs: [String: Reader] = [
    "set": { words, _, _ in .set(try words.value("a value")) },
    "add": { words, _, _ in .add(try words.value("a value")) },
    "scale": { words, _, _ in .scale(try words.number("a factor")) },
    "project-out": { words, _, _ in .projectOut(try words.value("a direction")) },
    "replace": { words, site, _ in
      guard let file = try words.fileIfPresent() else {
        throw WorkbenchError(
          .intervention, "replace needs a file, as in \"replace \(site) @trace.safetensors\"")
      }
      return .replace(try file.tensor(of: site))
    },
    "mean": { words, site, _ in .meanAblate(try words.fileIfPresent()?.tensor(of: site)) },
    "resample": { words, site, seed in
      let pool = try words.fileIfPresent()?.tensor(of: site)
      return .resampleAblate(pool, seed: try words.seedIfPresent() ?? seed)
    },
    "clamp": { words, site, _ in
      let (encoder, decoder) = (try words.value("an encoder"), try words.value("a decoder"))
      guard encoder.count == decoder.count else {
        throw WorkbenchError(
          .intervention,
          "the encoder has \(encoder.count) components and the decoder \(decoder.count); they must "
            + "be of one feature")
      }
      let target = try words.number("the value to clamp to")
      let options = try words.options(["bias", "threshold"])
      return .clamp(
        Feature(
          encoder: encoder, bias: options["bias"] ?? 0, threshold: options["threshold"] ?? 0,
          decoder: decoder), to: target)
    },
  ]

  /// A site with the selection in brackets behind it.
  private static func place(_ text: String) throws(ModelError) -> (Site, Selection) {
    let bracket = text.firstIndex(of: "[") ?? text.endIndex
    return (
      try Site(parsing: String(text[..<bracket])), try Selection(parsing: String(text[bracket...]))
    )
  }
}
