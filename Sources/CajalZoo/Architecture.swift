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
  associatedtype Configuration: ArchitectureConfiguration
  /// The values of `model_type` that mean this family.
  static var modelTypes: [String] { get }
  /// Prefixes of weight names that differ between repositories of one model and carry no meaning.
  static var prefixes: [String] { get }
  /// The names of unembedding and embedding where the two may be tied.
  static var tiedNames: (unembedding: String, embedding: String) { get }
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

/// A model with what became of its checkpoint's tensors.
struct AssembledModel<Model: Sendable>: Sendable {
  let model: Model
  /// The tensors that were let go, and why.
  let excused: [(name: String, reason: String)]
  /// The tensors among them that are copies, with what they are copies of.
  let copies: [String: String]
}

/// What a configuration says, decoded.
public protocol ArchitectureConfiguration: Sendable {
  /// Whether embedding and unembedding are one matrix.
  var tied: Bool { get }
}

extension ArchitectureConfiguration {
  /// Untied, unless a family says otherwise.
  public var tied: Bool { false }
}

extension Architecture {
  /// The names of unembedding and embedding.
  public static var tiedNames: (unembedding: String, embedding: String) {
    ("lm_head.weight", "embed_tokens.weight")
  }

  /// Prefixes of weight names that carry no meaning.
  public static var prefixes: [String] {
    ["language_model.model.", "model.language_model.", "language_model.", "model.", "transformer."]
  }

  /// Excuses tensors that carry nothing for a forward pass.
  public static func excuse(_ weights: inout Ledger<Weight>) {}

  /// Makes the model from the weights of a checkpoint, and tells which tensors were let go.
  ///
  /// - Throws: `CheckpointError` for a tensor that is missing, of another shape, left over, or not
  ///   finite.
  static func assemble(
    _ configuration: Configuration, _ entries: [String: Weight], file: String?
  ) throws(CheckpointError) -> AssembledModel<Self> {
    var all = Ledger(entries, subject: "weights", file: file)
    for prefix in prefixes { all.strippingPrefix(prefix) }
    all.excuse(
      where: { $0.hasSuffix("rotary_emb.inv_freq") },
      because: "rotary frequencies are computed from the configuration")
    excuse(&all)
    let buffers = Set(all.excused.map(\.name))
    let copies = configuration.tied ? try excuseTiedCopy(&all) : [:]
    let excused = all.excused
    let names = Set(excused.map(\.name))
    let used = entries.filter { !names.contains($0.key) }
    let model = try Self(configuration, &all, names: Weights(used))
    try all.close()
    // Whatever the model packed has been checked on the way.
    for (name, weight) in entries.sorted(by: { $0.key < $1.key }) where !buffers.contains(name) {
      try weight.requireFinite()
    }
    return AssembledModel(model: model, excused: excused, copies: copies)
  }

  /// Excuses the copy of the embedding that some tied checkpoints carry as unembedding, and refuses one
  /// that differs: one of the two would be ignored.
  private static func excuseTiedCopy(
    _ all: inout Ledger<Weight>
  ) throws(CheckpointError) -> [String: String] {
    let (copy, original) = tiedNames
    guard let found = all.peek(copy), let embedding = all.peek(original) else { return [:] }
    try found.requireFinite()
    try embedding.requireFinite()
    guard try found.isEqual(to: embedding) else {
      throw CheckpointError(
        .unexpected,
        "tensor '\(copy)' differs from the embedding although tie_word_embeddings is set; "
          + "set it to false if the unembedding is its own matrix",
        file: all.file)
    }
    all.excuse(copy, because: "a copy of the embedding, which is tied")
    return [found.name: embedding.name]
  }

  /// The same model with some weights changed; it shares all others.
  public func replacing(_ edits: [String: Tensor]) -> Self {
    do throws(CheckpointError) {
      return try Self.assemble(configuration, weights.replacing(edits), file: nil).model
    } catch {
      preconditionFailure("a model that was made cannot be made again: \(error)")
    }
  }
}
