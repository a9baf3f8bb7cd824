// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One file of weights, whatever its format: what every format's reader returns.
struct WeightsFile {
  var format: CheckpointFormat
  var tensors: [String: StoredTensor]
  var metadata: [String: String] = [:]
  var nonTensorEntries: [String] = []
  /// The configuration, where the format carries one.
  var configuration: [String: ConfigurationValue]?

  /// Opens a file and reads it as what its bytes say it is.
  static func open(_ path: String) throws(CheckpointError) -> WeightsFile {
    let region = ByteRegion(try ByteStore(mapping: path, named: path))
    try region.refuseLargeFilePointer()
    try region.refuseGGUF()
    guard let format = recognize(region) else {
      throw CheckpointError(
        .unsupported,
        "is in no format that is read (safetensors, torch, npy, npz, llama2.c, minGPT "
          + "JSON); convert it to safetensors", file: path)
    }
    switch format {
    case .safetensors:
      let file = try SafetensorsFile(region)
      return WeightsFile(format: format, tensors: file.tensors, metadata: file.metadata)
    case .torch: return try TorchFile.read(region)
    case .llama2c: return try Llama2C.read(region)
    case .npy:
      let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
      return WeightsFile(format: format, tensors: [name: try NumPyArray.read(region, name: name)])
    case .npz: return try NumPyArchive.read(region)
    case .json: return try EncodedJSON.read(region)
    }
  }

  /// The format the bytes themselves show, or nil.
  static func recognize(_ region: ByteRegion) -> CheckpointFormat? {
    if region.starts(with: NumPyArray.magic) { return .npy }
    if region.starts(with: ZipArchive.magic) || region.starts(with: ZipArchive.emptyMagic) {
      return TorchFile.recognizesArchive(region) ? .torch : .npz
    }
    if TorchFile.recognizesLegacy(region) { return .torch }
    if SafetensorsFile.recognizes(region) { return .safetensors }
    if Llama2C.recognizes(region) { return .llama2c }
    if EncodedJSON.recognizes(region) { return .json }
    // A damaged file of a name that promises a format is told what is wrong with that format.
    switch URL(fileURLWithPath: region.store.file).pathExtension.lowercased() {
    case "safetensors": return .safetensors
    case "pt", "pth": return .torch
    case "npz": return .npz
    case "npy": return .npy
    case "json": return .json
    default: return nil
    }
  }
}

extension ByteRegion {
  /// Whether this is the small text file that Git leaves in place of a large file it has not
  /// fetched.
  var isLargeFilePointer: Bool {
    starts(with: Array("version https://git-lfs.github.com/spec/".utf8))
  }

  /// Refuses GGUF, whose metadata are read by ``GGUFFile`` and whose weights are not.
  func refuseGGUF() throws(CheckpointError) {
    guard GGUFFile.recognizes(self) else { return }
    throw CheckpointError(
      .unsupported,
      "is GGUF, of which the vocabulary is read and not the weights; for the model take its "
        + "safetensors, for its tokens 'cajal tokenize'", file: store.file)
  }

  /// Refuses the small text file that Git leaves in place of a large file it has not fetched.
  func refuseLargeFilePointer() throws(CheckpointError) {
    guard isLargeFilePointer else { return }
    throw CheckpointError(
      .notFound, "is a Git LFS pointer and not the file itself; run 'git lfs pull' in its folder",
      file: store.file)
  }
}
