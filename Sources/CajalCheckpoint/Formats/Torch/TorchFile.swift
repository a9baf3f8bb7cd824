// SPDX-License-Identifier: Apache-2.0
struct TorchFile {
  static func recognizesArchive(_ r: ByteRegion) -> Bool { false }
  static func recognizesLegacy(_ r: ByteRegion) -> Bool { false }
  static func read(_ r: ByteRegion) throws(CheckpointError) -> WeightsFile {
    throw CheckpointError(.unsupported, "")
  }
}
