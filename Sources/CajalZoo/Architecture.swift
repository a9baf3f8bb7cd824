// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
public import CajalTensor

/// A family of models: how its configuration and weights become a model.
///
/// A conforming type stands in one file of `Architectures`: the mathematics as text, the
/// configuration with every key taken or excused, the weights by name. `ArchitectureCatalogue` lists
/// them all.
public protocol Architecture: LanguageModel {
  /// What the configuration says, decoded.
  associatedtype Configuration: Sendable
  /// The values of `model_type` that mean this family.
  static var modelTypes: [String] { get }
  /// Prefixes of weight names that differ between repositories of one model and carry no meaning.
  static var prefixes: [String] { get }
  /// Decodes a configuration; what is left in the ledger refuses the load.
  static func configuration(
    _ keys: inout Ledger<ConfigurationValue>
  ) throws(CheckpointError) -> Configuration
  /// Excuses tensors that carry nothing, such as mask buffers.
  static func excuse(_ weights: inout Ledger<Weight>)
  /// Assembles the model; what is left in the ledger refuses the load. `names` are the weights by
  /// the checkpoint's names.
  init(
    _ configuration: Configuration, _ weights: inout Ledger<Weight>, names: Weights
  ) throws(CheckpointError)
  /// What the model was made with.
  var configuration: Configuration { get }
}

extension Architecture {
  public static var prefixes: [String] {
    ["language_model.model.", "model.language_model.", "language_model.", "model.", "transformer."]
  }

  public static func excuse(_ weights: inout Ledger<Weight>) {}

  /// Makes the model from the weights of a checkpoint.
  ///
  /// - Throws: `CheckpointError` for a tensor that is missing, of another shape, or left over.
  static func assemble(
    _ configuration: Configuration, _ entries: [String: Weight], file: String?
  ) throws(CheckpointError) -> Self {
    var all = Ledger(entries, subject: "weights", file: file)
    for prefix in prefixes { all.strippingPrefix(prefix) }
    all.excuse(
      where: { $0.hasSuffix("rotary_emb.inv_freq") },
      because: "rotary frequencies are computed from the configuration")
    excuse(&all)
    let excused = Set(all.excused.map(\.name))
    let used = Weights(entries.filter { !excused.contains($0.key) })
    let model = try Self(configuration, &all, names: used)
    try all.close()
    return model
  }

  public func replacing(_ edits: [String: Tensor]) -> Self {
    do throws(CheckpointError) {
      return try Self.assemble(configuration, weights.replacing(edits), file: nil)
    } catch {
      preconditionFailure("a model that was made cannot be made again: \(error)")
    }
  }
}
