// SPDX-License-Identifier: Apache-2.0

import CajalTensor

/// Writes npy and npz files, whole or not at all.
public enum NumPyWriter {
  /// Writes one array as npy, version 1.
  ///
  /// - Throws: `unsupported` for BF16, which numpy does not know; `mismatch` where bytes and shape
  ///   do not fit; `io`.
  public static func write(
    _ tensor: OutgoingTensor, to path: String
  ) throws(CheckpointError) {
    let header = try header(tensor, file: path)
    let file = try ReplacingFile(path)
    try file.write(header, at: 0)
    try tensor.withBytes { (bytes) throws(CheckpointError) in
      try file.write(bytes, at: header.count)
    }
    try file.finish()
  }

  /// Writes arrays as npz: a zip archive of npy entries, stored and not compressed.
  ///
  /// - Throws: `malformed` for a name twice, otherwise as ``write(_:to:)-(OutgoingTensor,_)``.
  public static func write(
    archive tensors: [OutgoingTensor], to path: String
  ) throws(CheckpointError) {
    let file = try ReplacingFile(path)
    var archive = ZipWriter(file, path: path)
    for tensor in tensors {
      let header = try header(tensor, file: path)
      try tensor.withBytes { (bytes) throws(CheckpointError) in
        try archive.append("\(tensor.name).npy", header, bytes)
      }
    }
    try archive.writeDirectory()
    try file.finish()
  }

  /// The magic, the version and a header whose end is a multiple of 64, as numpy pads it.
  private static func header(
    _ tensor: OutgoingTensor, file: String
  ) throws(CheckpointError) -> [UInt8] {
    guard let description = NumPyHeader.description(tensor.type) else {
      throw CheckpointError(
        .unsupported,
        "cannot hold \(tensor.name.quoted) of type \(tensor.type.rawValue), which "
          + "numpy does not know; write safetensors", file: file)
    }
    let expected = Extents.byteCount(tensor.shape, tensor.type)
    let count = try tensor.withBytes { (bytes) throws(CheckpointError) in bytes.count }
    guard expected == count else {
      throw CheckpointError(
        .mismatch,
        "tensor \(tensor.name.quoted) has the shape \(tensor.shape) and \(count) bytes; "
          + "give it the bytes of its shape", file: file)
    }
    let extents = tensor.shape.map { "\($0)" }.joined(separator: ", ")
    let shape = tensor.shape.count == 1 ? "(\(extents),)" : "(\(extents))"
    var text = Array(
      "{'descr': '\(description)', 'fortran_order': False, 'shape': \(shape), }".utf8)
    while (10 + text.count + 1) % 64 != 0 { text.append(UInt8(ascii: " ")) }
    text.append(UInt8(ascii: "\n"))
    let length = withUnsafeBytes(of: UInt16(text.count).littleEndian) { Array($0) }
    return NumPyArray.magic + [1, 0] + length + text
  }
}
