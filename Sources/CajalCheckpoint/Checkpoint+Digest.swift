// SPDX-License-Identifier: Apache-2.0

import CajalTensor
import Crypto

extension Checkpoint {
  /// The SHA-256 of what the checkpoint says, as 64 hexadecimal digits.
  ///
  /// Equal weights with an equal configuration have an equal digest whatever their files: single or
  /// sharded, safetensors or torch. Hashed is this sequence, where a text is its UTF-8 length and
  /// its UTF-8 bytes, and every count is 8 bytes, little-endian:
  ///
  /// 1. the text `cajal checkpoint 1`;
  /// 2. the number of tensors, then for each in the byte order of the names: the text of its name,
  ///    the text of its type (`F32`), the number of dimensions, every dimension, the number of
  ///    bytes, the bytes, row-major and little-endian;
  /// 3. the text of the configuration as one line of JSON (``ConfigurationValue/json(indented:)``).
  ///
  /// Metadata and the names of files do not count.
  ///
  /// Cost: reads all weights once and releases their pages.
  ///
  /// - Parameter progress: Called with the bytes hashed and the bytes in all, at least every 64
  ///   MiB; an error it throws ends the work.
  /// - Throws: `io` where a file shrank, or what `progress` throws.
  public func digest(
    progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
  ) throws -> String {
    var hash = SHA256()
    hash.update(text: "cajal checkpoint 1")
    hash.update(count: tensors.count)
    let total = byteCount
    var done = 0
    for (_, tensor) in tensors.sorted(by: { $0.key.precedesInBytes($1.key) }) {
      hash.update(text: tensor.name)
      hash.update(text: tensor.type.rawValue)
      hash.update(count: tensor.shape.count)
      for extent in tensor.shape { hash.update(count: extent) }
      hash.update(count: tensor.byteCount)
      try tensor.requireUnchanged()
      try tensor.withBytes { bytes in
        for start in stride(from: 0, to: bytes.count, by: 64 << 20) {
          let end = min(start + (64 << 20), bytes.count)
          hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
          done += end - start
          try progress?(done, total)
        }
      }
      tensor.releasePages()
    }
    hash.update(text: ConfigurationValue.object(configuration).json())
    return hash.finalize().map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0" + digits : digits
    }.joined()
  }
}

extension SHA256 {
  fileprivate mutating func update(count: Int) {
    withUnsafeBytes(of: UInt64(count).littleEndian) { update(bufferPointer: $0) }
  }

  fileprivate mutating func update(text: String) {
    let bytes = Array(text.utf8)
    update(count: bytes.count)
    bytes.withUnsafeBytes { update(bufferPointer: $0) }
  }
}
