// SPDX-License-Identifier: Apache-2.0

/// The index of a model in several files: which file holds which tensor.
///
/// `model.safetensors.index.json` and `pytorch_model.bin.index.json` share this layout.
struct ShardIndex {
  /// The file of every tensor.
  let fileOfTensor: [String: String]
  private let path: String

  /// Reads an index; every file it names must be a plain name, inside the index's folder.
  init(path: String) throws(CheckpointError) {
    let limits = ConfigurationReader.Limits(bytes: 100_000_000)
    let members = try ConfigurationReader.readObject(path: path, limits: limits)
    guard case .object(let map) = members["weight_map"], !map.isEmpty else {
      throw CheckpointError(
        .malformed, "has no weight_map with tensors; download the index again", file: path)
    }
    var files: [String: String] = [:]
    for (name, value) in map {
      guard case .string(let file) = value, Self.isPlain(file) else {
        throw CheckpointError(
          .malformed,
          "puts tensor \(name.quoted) into \(value.description.printable(limit: 80)), "
            + "which is not the name of a file beside it; repair the index", file: path)
      }
      files[name] = file
    }
    fileOfTensor = files
    self.path = path
  }

  /// The shards in byte order.
  var files: [String] { Set(fileOfTensor.values).sorted { $0.precedesInBytes($1) } }

  /// Refuses a shard that lacks a tensor the index puts there or has one the index does not.
  func check(_ tensors: [String: StoredTensor], of shard: String) throws(CheckpointError) {
    let expected = Set(fileOfTensor.filter { $0.value == shard }.keys)
    let found = Set(tensors.keys)
    if let name = expected.subtracting(found).min(by: { $0.precedesInBytes($1) }) {
      throw CheckpointError(
        .missing,
        "puts tensor \(name.quoted) into \(shard.quoted), which does not hold it; download "
          + "index and shards of one version", file: path)
    }
    if let name = found.subtracting(expected).min(by: { $0.precedesInBytes($1) }) {
      throw CheckpointError(
        .unexpected,
        "does not know tensor \(name.quoted) that \(shard.quoted) holds; download index "
          + "and shards of one version", file: path)
    }
  }

  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".."
      && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") || $0 < 0x20 }
  }
}
