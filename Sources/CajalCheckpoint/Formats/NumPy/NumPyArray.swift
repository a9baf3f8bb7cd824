// SPDX-License-Identifier: Apache-2.0
struct NumPyArray {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  static func read(_ r: ByteRegion, name: String) throws(CheckpointError) -> StoredTensor {
    throw CheckpointError(.unsupported, "")
  }
}
struct NumPyArchive {
  static func read(_ r: ByteRegion) throws(CheckpointError) -> WeightsFile {
    throw CheckpointError(.unsupported, "")
  }
}
struct Llama2C {
  static func recognizes(_ r: ByteRegion) -> Bool { false }
  static func read(_ r: ByteRegion) throws(CheckpointError) -> WeightsFile {
    throw CheckpointError(.unsupported, "")
  }
}
struct EncodedJSON {
  static func recognizes(_ r: ByteRegion) -> Bool { false }
  static func read(_ r: ByteRegion) throws(CheckpointError) -> WeightsFile {
    throw CheckpointError(.unsupported, "")
  }
}
