// SPDX-License-Identifier: Apache-2.0

/// Arrays in a zip archive, as `numpy.savez` and `numpy.savez_compressed` write them.
enum NumPyArchive {
  /// Reads every entry `name.npy` as the tensor `name`; entries of other kinds are named and not
  /// read.
  static func read(_ region: ByteRegion) throws(CheckpointError) -> WeightsFile {
    let file = region.store.file
    let archive = try ZipArchive(region)
    var weights = WeightsFile(format: .npz, tensors: [:])
    for entry in archive.entries {
      guard entry.name.hasSuffix(".npy"), entry.name.utf8.count > 4 else {
        weights.nonTensorEntries.append(entry.name)
        continue
      }
      let name = String(entry.name.dropLast(4))
      weights.tensors[name] = try NumPyArray.read(archive.bytes(of: entry), name: name)
    }
    guard !weights.tensors.isEmpty else {
      throw CheckpointError(
        .missing,
        "is a zip archive without arrays and without a torch pickle; name a file of "
          + "weights", file: file)
    }
    return weights
  }
}
