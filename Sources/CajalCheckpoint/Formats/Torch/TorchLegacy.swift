// SPDX-License-Identifier: Apache-2.0

import CajalTensor

/// The layout of `torch.save` before torch 1.6.
///
/// Five pickles - a number, a version, facts about the machine, the object, the keys of the
/// storages - and then, for every key, the number of elements in 8 bytes and the elements.
enum TorchLegacy {
  /// The first pickle: the number 0x1950a86a20f9469cfc6c.
  static let magic: [UInt8] = [
    0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
  ]

  /// Reads the pickles and cuts the storages.
  static func read(_ region: ByteRegion) throws(CheckpointError) -> TorchContent {
    let file = region.store.file
    var position = magic.count
    func next() throws(CheckpointError) -> Pickle {
      var reader = PickleReader(region, at: position)
      let pickle = try reader.read()
      position = reader.position
      return pickle
    }
    guard case .integer(1001) = try next().root else {
      throw damaged("an unknown version", file)
    }
    let machine = try next()
    let isLittle = machine.members(machine.root)?.contains {
      if case .text("little_endian") = $0.key, case .bool(true) = $0.value { true } else { false }
    }
    guard isLittle == true else {
      throw CheckpointError(
        .unsupported, "was written on a big-endian machine; save it as safetensors there",
        file: file)
    }
    let pickle = try next()
    let keys = try next()
    var types: [String: TorchStorage] = [:]
    for storage in pickle.storages {
      guard types.updateValue(storage, forKey: storage.key) ?? storage == storage else {
        throw damaged("two descriptions of one storage", file)
      }
    }
    var storages: [String: ByteRegion] = [:]
    for key in keys.elements(keys.root) ?? [] {
      guard case .text(let key) = key, let storage = types[key], storages[key] == nil,
        let count = region.integer(Int64.self, at: position), count == storage.count,
        let length = Extents.byteCount([Int(count)], storage.type ?? .uint8),
        let data = region.part(from: position + 8, count: length)
      else { throw damaged("a storage that is not there whole", file) }
      storages[key] = data
      position += 8 + length
    }
    guard position == region.count else { throw damaged("bytes behind the last storage", file) }
    return TorchContent(pickle: pickle, storages: storages)
  }

  private static func damaged(_ what: String, _ file: String) -> CheckpointError {
    CheckpointError(
      .malformed, "is a torch file of the older layout with \(what); download it again", file: file)
  }
}
