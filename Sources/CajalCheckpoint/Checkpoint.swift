// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// The weights and the configuration of one model, as they lie in its files.
///
/// Opening reads headers and maps the weights; it does not read them, except where a file
/// compresses, permutes or checksums them. Every file is judged by its content, and whatever is
/// wrong with one is a ``CheckpointError`` of one line.
public struct Checkpoint: Sendable {
  /// The folder or file as it was opened.
  public let path: String
  /// The format of the weights.
  public let format: CheckpointFormat
  /// The configuration, empty where there is none.
  public let configuration: [String: ConfigurationValue]
  /// The file the configuration was read from: beside the weights, or the weights file itself where
  /// the format carries one; nil where there is none.
  public let configurationFile: URL?
  /// The tensors by name.
  public let tensors: [String: StoredTensor]
  /// The files of weights, in the order of their names.
  public let files: [URL]
  /// Texts the format carries beside the tensors, such as `__metadata__` of safetensors.
  public let metadata: [String: String]
  /// What the weights file holds beside tensors and was not read, such as an optimizer's state; by
  /// name.
  public let nonTensorEntries: [String]

  /// Opens a folder or a file.
  ///
  /// A folder needs weights: `model.safetensors`, `model.safetensors.index.json` with its shards,
  /// `pytorch_model.bin`, `pytorch_model.bin.index.json`, one single `*.safetensors`, or one
  /// single torch, npz or llama2.c file, in this order; its configuration is `config.json`.
  ///
  /// The configuration of a single file is the first there is of `<stem>.config.json`,
  /// `<stem>.json` and `config.json` beside it. A `<stem>.json` counts only if it is an object with
  /// a key that configurations have, because people call other things so too.
  ///
  /// - Parameters:
  ///   - path: The folder or file.
  ///   - configuration: Another configuration file to use instead.
  public static func open(
    _ path: String, configuration: String? = nil
  ) throws(CheckpointError) -> Checkpoint {
    try CheckpointLocation(path).open(configuration: configuration)
  }

  /// How many numbers all tensors have together.
  public var parameterCount: Int { tensors.values.reduce(0) { $0 + $1.count } }

  /// How many bytes all tensors have together.
  public var byteCount: Int { tensors.values.reduce(0) { $0 + $1.byteCount } }

  /// A ledger over the configuration.
  ///
  /// - Throws: `missing` where the checkpoint has none.
  public func configurationLedger() throws(CheckpointError) -> Ledger<ConfigurationValue> {
    guard let configurationFile else {
      throw CheckpointError(
        .missing, "has no configuration; put the model's config.json beside the weights", file: path
      )
    }
    return Ledger(
      configuration, subject: configurationFile.lastPathComponent, file: configurationFile.path)
  }

  /// A ledger over the tensors.
  public func weightsLedger() -> Ledger<StoredTensor> {
    Ledger(tensors, subject: "weights", file: path)
  }

  /// Refuses when any tensor has a number that is not finite.
  ///
  /// Cost: reads all weights once and releases their pages.
  ///
  /// - Throws: `nonFinite`, with tensor and index.
  public func requireFinite() throws(CheckpointError) {
    for (_, tensor) in tensors.sorted(by: { $0.key.precedesInBytes($1.key) }) {
      try tensor.requireFinite()
      tensor.releasePages()
    }
  }
}
