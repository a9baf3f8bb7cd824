// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Finds the weights and the configuration behind the path that a person names.
struct CheckpointLocation {
  private let path: String
  private let url: URL
  private let isFolder: Bool

  init(_ path: String) throws(CheckpointError) {
    var isDirectory: ObjCBool = false
    guard !path.isEmpty, FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    else {
      throw CheckpointError(
        .notFound, "does not exist; name a folder or a file of weights", file: path)
    }
    self.path = path
    url = URL(fileURLWithPath: path)
    isFolder = isDirectory.boolValue
  }

  /// Opens what is there.
  func open(configuration explicit: String?) throws(CheckpointError) -> Checkpoint {
    let weights =
      try isFolder ? folderWeights() : Weights(files: [url], file: WeightsFile.open(path))
    guard !weights.file.tensors.isEmpty else {
      throw CheckpointError(.missing, "holds no tensors; name a file of weights", file: path)
    }
    var configuration = weights.file.configuration ?? [:]
    var configurationFile = weights.file.configuration.map { _ in weights.files[0] }
    if let explicit {
      configurationFile = URL(fileURLWithPath: explicit)
      configuration = try ConfigurationReader.readObject(path: explicit)
    } else if configurationFile == nil, let found = try neighbouringConfiguration() {
      configurationFile = found.file
      configuration = found.values
    }
    return Checkpoint(
      path: path, format: weights.file.format, configuration: configuration,
      configurationFile: configurationFile, tensors: weights.file.tensors, files: weights.files,
      metadata: weights.file.metadata, nonTensorEntries: weights.file.nonTensorEntries)
  }
}

// MARK: - Weights of a folder

extension CheckpointLocation {
  private struct Weights {
    var files: [URL]
    var file: WeightsFile
  }

  private func folderWeights() throws(CheckpointError) -> Weights {
    let names = try folderNames()
    for (single, index) in [
      ("model.safetensors", "model.safetensors.index.json"),
      ("pytorch_model.bin", "pytorch_model.bin.index.json"),
    ] {
      if names.contains(single) { return try one(single) }
      if names.contains(index) { return try sharded(index) }
    }
    if let only = try only(names, ["safetensors"]) { return try one(only) }
    if let only = try only(names, ["pt", "pth"]) { return try one(only) }
    if let only = try only(names, ["npz"]) { return try one(only) }
    if let only = try only(names.filter(isWeights), ["bin"]) { return try one(only) }
    if let name = names.first(where: { $0.lowercased().hasSuffix(".gguf") }) {
      return try one(name)
    }
    throw CheckpointError(
      .notFound,
      "holds no model; it needs model.safetensors, an index with its shards, or one file of "
        + "weights (.safetensors, .bin, .pt, .pth, .npz)", file: path)
  }

  private func folderNames() throws(CheckpointError) -> [String] {
    do {
      let names = try FileManager.default.contentsOfDirectory(atPath: path)
      return names.sorted { $0.precedesInBytes($1) }
    } catch {
      throw CheckpointError(
        .io, "cannot be listed; check the permissions", file: path, cause: error)
    }
  }

  /// The one file with one of these extensions, nil where there is none; several are refused.
  private func only(
    _ names: [String], _ extensions: Set<String>
  ) throws(CheckpointError) -> String? {
    let found = names.filter {
      extensions.contains(URL(fileURLWithPath: $0).pathExtension.lowercased())
    }
    guard found.count <= 1 else {
      let shown = found.prefix(4).map(\.quoted).joined(separator: ", ")
      throw CheckpointError(
        .unexpected,
        "holds \(found.count) files of weights (\(shown)\(found.count > 4 ? ", …" : "")) "
          + "and no index; name the one you mean", file: path)
    }
    return found.first
  }

  /// Whether a `.bin`, which may be anything, is weights.
  private func isWeights(_ name: String) -> Bool {
    let file = url.appendingPathComponent(name).path
    // A file that cannot be opened stays: opening it later says why.
    guard let store = try? ByteStore(mapping: file, named: file) else { return true }
    let region = ByteRegion(store)
    return region.isLargeFilePointer || WeightsFile.recognize(region) != nil
  }

  private func one(_ name: String) throws(CheckpointError) -> Weights {
    let file = url.appendingPathComponent(name)
    return Weights(files: [file], file: try WeightsFile.open(file.path))
  }

  private func sharded(_ index: String) throws(CheckpointError) -> Weights {
    let index = try ShardIndex(path: url.appendingPathComponent(index).path)
    var weights: Weights?
    for name in index.files {
      let shard = try one(name)
      try index.check(shard.file.tensors, of: name)
      guard var all = weights else {
        weights = shard
        continue
      }
      all.files += shard.files
      // The index names one file a tensor and every shard holds just its own: no name comes twice.
      all.file.tensors.merge(shard.file.tensors) { first, _ in first }
      all.file.metadata.merge(shard.file.metadata) { first, _ in first }
      all.file.nonTensorEntries += shard.file.nonTensorEntries
      weights = all
    }
    guard let weights else {
      throw CheckpointError(.malformed, "has an index without files; download it again", file: path)
    }
    return weights
  }
}

// MARK: - Configuration

extension CheckpointLocation {
  /// Keys of which every configuration has one, in Hugging Face's, minGPT's or TransformerLens'
  /// words.
  private static let configurationKeys: Set<String> = [
    "model_type", "architectures", "hidden_size", "n_embd", "d_model", "n_layer", "n_layers", "dim",
  ]

  private func neighbouringConfiguration() throws(CheckpointError)
    -> (file: URL, values: [String: ConfigurationValue])?
  {
    let folder = isFolder ? url : url.deletingLastPathComponent()
    let standard = folder.appendingPathComponent("config.json")
    let stem = url.deletingPathExtension()
    if !isFolder {
      let own = stem.appendingPathExtension("config.json")
      if exists(own) { return (own, try ConfigurationReader.readObject(path: own.path)) }
      let plain = stem.appendingPathExtension("json")
      if exists(plain), let values = try objectWithConfigurationKeys(plain) {
        return (plain, values)
      }
    }
    guard exists(standard) else { return nil }
    return (standard, try ConfigurationReader.readObject(path: standard.path))
  }

  private func exists(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: file.path) }

  /// The object in a file that may be a configuration and may be anything else.
  private func objectWithConfigurationKeys(
    _ file: URL
  ) throws(CheckpointError) -> [String: ConfigurationValue]? {
    let region = ByteRegion(try ByteStore(mapping: file.path, named: file.path))
    let limits = ConfigurationReader.Limits()
    guard region.count <= limits.bytes else { return nil }
    let value = try ConfigurationReader.read(region.bytes, file: file.path, limits: limits)
    guard case .object(let members) = value,
      !Self.configurationKeys.isDisjoint(with: members.keys)
    else { return nil }
    return members
  }
}
