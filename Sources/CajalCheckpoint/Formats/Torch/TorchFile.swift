// SPDX-License-Identifier: Apache-2.0

import CajalTensor

/// What `torch.save` writes: state dictionaries, as data and never as code.
///
/// Two layouts: since torch 1.6 a zip archive with `data.pkl` and one entry a storage, before that
/// a sequence of pickles with the storages behind. A dictionary of tensors is a checkpoint; where
/// the tensors lie one level down, the first of `state_dict`, `model`, `model_state_dict` and
/// `module` that holds tensors is taken. What else the file holds is named and not read.
enum TorchFile {
  /// The keys under which training programs keep the state dictionary, in the order of preference.
  static let wrappers = ["state_dict", "model", "model_state_dict", "module"]

  /// Reads a file of either layout.
  static func read(_ region: ByteRegion) throws(CheckpointError) -> WeightsFile {
    let file = region.store.file
    let content =
      if recognizesLegacy(region) { try TorchLegacy.read(region) } else {
        try TorchArchive.read(region)
      }
    let (members, others) = try stateDictionary(content.pickle, file: file)
    var cutter = TorchTensorCutter(storages: content.storages, allowance: region.count, file: file)
    var weights = WeightsFile(format: .torch, tensors: [:], nonTensorEntries: others)
    for (key, value) in members {
      guard case .text(let name) = key, case .tensor(let index) = value else {
        weights.nonTensorEntries.append(described(key))
        continue
      }
      let stored = try cutter.cut(content.pickle.tensors[index], name: name)
      guard weights.tensors.updateValue(stored, forKey: name) == nil else {
        throw CheckpointError(
          .malformed, "names the tensor \(name.quoted) twice; it is damaged, download it again",
          file: file)
      }
    }
    return weights
  }

  /// Whether a zip archive is torch's: it has a pickle one level down.
  static func recognizesArchive(_ region: ByteRegion) -> Bool {
    // A damaged directory is told by whoever reads the archive afterwards.
    guard let directory = try? ZipDirectory(region) else { return false }
    return directory.records.contains { TorchArchive.isPickle($0.name) }
  }

  /// Whether the file begins with the number of the older layout.
  static func recognizesLegacy(_ region: ByteRegion) -> Bool {
    region.starts(with: TorchLegacy.magic)
  }

  private typealias Members = [(key: Pickle.Value, value: Pickle.Value)]

  private static func stateDictionary(
    _ pickle: Pickle, file: String
  ) throws(CheckpointError) -> (members: Members, others: [String]) {
    guard let root = pickle.members(pickle.root) else {
      throw CheckpointError(
        .unsupported, "holds no dictionary; save a model's state dictionary", file: file)
    }
    for wrapper in wrappers {
      guard let index = root.firstIndex(where: { isText($0.key, wrapper) }),
        let members = pickle.members(root[index].value), members.contains(where: isTensor)
      else { continue }
      let others = root.indices.filter { $0 != index }.map { described(root[$0].key) }
      return (members, others)
    }
    guard root.contains(where: isTensor) else {
      throw CheckpointError(
        .missing, "holds a dictionary without tensors; save a model's state dictionary", file: file)
    }
    return (root, [])
  }

  private static func isText(_ value: Pickle.Value, _ text: String) -> Bool {
    if case .text(text) = value { true } else { false }
  }

  private static func isTensor(_ member: (key: Pickle.Value, value: Pickle.Value)) -> Bool {
    if case .tensor = member.value { true } else { false }
  }

  private static func described(_ key: Pickle.Value) -> String {
    switch key {
    case .text(let name): name
    case .integer(let number): String(number)
    default: "a key that is no text"
    }
  }
}

/// A torch file taken apart: what its pickle says, and the bytes of the storages.
struct TorchContent {
  let pickle: Pickle
  let storages: [String: ByteRegion]
}

/// Cuts tensors out of storages: where the elements lie in a row by reference, otherwise copied.
struct TorchTensorCutter {
  let storages: [String: ByteRegion]
  /// Bytes that copies may take together; a small file cannot demand much memory.
  var allowance: Int
  let file: String

  /// The tensor as stored.
  mutating func cut(
    _ tensor: TorchTensor, name: String
  ) throws(CheckpointError) -> StoredTensor {
    let view = StridedView(
      shape: tensor.shape, strides: tensor.strides, offset: tensor.offset,
      width: tensor.type.byteCount)
    guard let storage = storages[tensor.storage.key] else {
      throw refusal(name, "lies in the storage \(tensor.storage.key.quoted), which is not there")
    }
    let width = (tensor.storage.type ?? .uint8).byteCount
    guard storage.count.isMultiple(of: width), storage.count / width == tensor.storage.count else {
      throw refusal(
        name,
        "lies in a storage of \(tensor.storage.count) elements that has \(storage.count) bytes")
    }
    guard let count = view.count, let end = view.end else {
      throw refusal(name, "has the impossible shape \(tensor.shape)")
    }
    guard count == 0 || end <= storage.count / view.width else {
      throw refusal(name, "reaches beyond the end of its storage")
    }
    let start = count == 0 ? 0 : tensor.offset * view.width
    let length = count * view.width
    if count == 0 || view.isContiguous, let region = storage.part(from: start, count: length) {
      return StoredTensor(name: name, shape: tensor.shape, type: tensor.type, region: region)
    }
    guard count <= storage.count / view.width, length <= allowance else {
      throw CheckpointError(
        .unsupported,
        "tensor \(name.quoted) repeats the elements of its storage; save it "
          + "contiguous, best as safetensors", file: file)
    }
    allowance -= length
    let copy = ByteStore(count: length, named: file) { target in
      storage.withBytes { view.copy(from: $0, to: target) }
    }
    return StoredTensor(
      name: name, shape: tensor.shape, type: tensor.type, region: ByteRegion(copy))
  }

  private func refusal(_ name: String, _ what: String) -> CheckpointError {
    CheckpointError(
      .malformed, "tensor \(name.quoted) \(what); the file is damaged, download it again",
      file: file)
  }
}
