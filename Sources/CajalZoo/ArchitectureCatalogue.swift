// SPDX-License-Identifier: Apache-2.0
public import CajalCheckpoint
public import CajalModel
import Foundation

/// Every family the program knows, and how a checkpoint finds its own.
public enum ArchitectureCatalogue {
  /// All families. A new one is a file in `Architectures` and a line here.
  public static let all: [any Architecture.Type] = [
    GPT2.self, GPTNeo.self, GPTNeoX.self, OPT.self, Llama.self, Mistral.self, Qwen2.self,
    Qwen3.self, Gemma.self, Gemma2.self, Gemma3.self, Phi.self, Phi3.self, OLMo2.self,
    StableLM.self, Mixtral.self, Qwen3MoE.self, MinGPT.self, TransformerLens.self, Llama2C.self,
  ]

  /// Every `model_type` the program loads, sorted.
  public static var modelTypes: [String] { all.flatMap { $0.modelTypes }.sorted() }

  /// Makes the model a checkpoint describes.
  ///
  /// - Parameter onRead: called with the bytes of each tensor when it has been read; false ends the
  ///   load with `interrupted`.
  /// - Throws: `CheckpointError` when the family is unknown, a configuration key or tensor is
  ///   missing, left over, of another shape, or holds a number that is not finite.
  public static func load(
    _ checkpoint: Checkpoint, onRead: (@Sendable (_ bytes: Int) -> Bool)? = nil
  ) throws(CheckpointError) -> LoadedModel {
    let type = try modelType(checkpoint)
    guard let architecture = all.first(where: { $0.modelTypes.contains(type) }) else {
      throw CheckpointError(
        .unsupported,
        "model_type '\(type)' is not implemented; known are \(modelTypes.joined(separator: ", "))",
        file: checkpoint.configurationFile?.path)
    }
    return try load(architecture, checkpoint, onRead)
  }

  private static func load<Family: Architecture>(
    _ family: Family.Type, _ checkpoint: Checkpoint, _ onRead: (@Sendable (_ bytes: Int) -> Bool)?
  ) throws(CheckpointError) -> LoadedModel {
    var keys = try checkpoint.configurationLedger()
    let configuration = try Family.configuration(&keys)
    try keys.close()
    let entries = checkpoint.tensors.mapValues { Weight($0, onRead: onRead) }
    let made = try Family.assemble(configuration, entries, file: checkpoint.path)
    return LoadedModel(
      model: made.model, family: "\(family)", modelType: try modelType(checkpoint),
      excusedKeys: keys.excused, excusedTensors: made.excused, copies: made.copies)
  }

  /// The family's name: `model_type`, or what a configuration without it shows itself to be.
  private static func modelType(_ checkpoint: Checkpoint) throws(CheckpointError) -> String {
    if case .string(let type) = checkpoint.configuration["model_type"] { return type }
    // TransformerLens writes no model_type; these three keys together are its own.
    if ["d_model", "d_head", "n_ctx"].allSatisfy({ checkpoint.configuration[$0] != nil }) {
      return TransformerLens.modelTypes[0]
    }
    throw CheckpointError(
      .missing,
      "the configuration has no model_type, so the architecture is unknown; add one of "
        + modelTypes.joined(separator: ", "),
      file: checkpoint.configurationFile?.path ?? checkpoint.path)
  }
}

/// A model with what its loading found.
public struct LoadedModel: Sendable {
  /// The model.
  public let model: any LanguageModel
  /// The name of its architecture, such as `Llama`.
  public let family: String
  /// The configuration's `model_type`.
  public let modelType: String
  /// Configuration keys that were let go, and why.
  public let excusedKeys: [(name: String, reason: String)]
  /// Tensors that were let go, and why.
  public let excusedTensors: [(name: String, reason: String)]
  /// The tensors among them that repeat another one, with the name of that one.
  public let copies: [String: String]
}
