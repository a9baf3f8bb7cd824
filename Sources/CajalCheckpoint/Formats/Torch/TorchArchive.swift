// SPDX-License-Identifier: Apache-2.0

/// The zip layout of `torch.save`, since torch 1.6.
///
/// Entries, under one folder: `data.pkl`, `data/<key>` for every storage, `byteorder`, `version`.
enum TorchArchive {
  /// Whether an entry's name is that of the pickle.
  static func isPickle(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && parts[1] == "data.pkl"
  }

  /// Reads the pickle and locates the storages it mentions.
  static func read(_ region: ByteRegion) throws(CheckpointError) -> TorchContent {
    let file = region.store.file
    let archive = try ZipArchive(region)
    let pickles = archive.entries.filter { isPickle($0.name) }
    guard let entry = pickles.first, pickles.count == 1 else {
      throw ZipArchive.damaged("has \(pickles.count) entries data.pkl", file)
    }
    let root = entry.name.dropLast("data.pkl".count)
    guard entry.byteCount <= PickleReader.mostBytes else {
      throw CheckpointError(
        .unsupported,
        "has a data.pkl of \(entry.byteCount) bytes, more than tensors need to be "
          + "described; save its state dictionary alone, best as safetensors", file: file)
    }
    if archive.entry("\(root)constants.pkl") != nil {
      throw CheckpointError(
        .unsupported, "is a TorchScript program; save the model's state dictionary instead",
        file: file)
    }
    if let order = archive.entry("\(root)byteorder") {
      guard try archive.bytes(of: order).starts(with: Array("little".utf8)) else {
        throw CheckpointError(
          .unsupported, "was written on a big-endian machine; save it as safetensors there",
          file: file)
      }
    }
    var reader = PickleReader(try archive.bytes(of: entry))
    let pickle = try reader.read()
    var storages: [String: ByteRegion] = [:]
    for storage in pickle.storages where storages[storage.key] == nil {
      guard let data = archive.entry("\(root)data/\(storage.key)") else { continue }
      storages[storage.key] = try archive.bytes(of: data)
    }
    return TorchContent(pickle: pickle, storages: storages)
  }
}
