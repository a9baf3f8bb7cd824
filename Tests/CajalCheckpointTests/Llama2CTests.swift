// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTestSupport
import Foundation
import Testing

struct Llama2CTests {
  @Test(arguments: ["tied.bin", "untied.bin"])
  func `weights are cut as the export wrote them`(name: String) throws {
    let checkpoint = try Checkpoint.open(Golden.path(name))
    #expect(checkpoint.format == .llama2c)
    try Golden.expect(checkpoint.tensors, equal: name)
    #expect(
      checkpoint.configuration == [
        "model_type": "llama2.c", "dim": 8, "hidden_dim": 12, "n_layers": 2, "n_heads": 4,
        "n_kv_heads": 2, "vocab_size": 10, "seq_len": 6,
        "shared_classifier": .bool(name == "tied.bin"),
      ])
    #expect(checkpoint.configurationFile?.lastPathComponent == name)
    #expect(try checkpoint.configurationLedger().subject == name)
  }

  @Test func `a header that does not account for every byte is refused`() throws {
    let folder = try TemporaryFolder()
    let bytes = Golden.bytes("tied.bin")
    for changed in [
      bytes + [0], bytes.dropLast(), bytes.replacing([8, 0, 0, 0], with: [7, 0, 0, 0]),
    ] {
      let path = try folder.write(Array(changed), "model.bin")
      expectRefusal(.unsupported, "no format") { try Checkpoint.open(path) }
    }
    for index in 0..<7 {
      for value in [Int32.max, .min, 0, -1, 65_536] {
        var changed = bytes
        changed.replaceSubrange(
          (4 * index)..<(4 * index + 4), with: withUnsafeBytes(of: value) { Array($0) })
        let path = try folder.write(changed, "model.bin")
        #expect(throws: CheckpointError.self) { try Checkpoint.open(path) }
      }
    }
  }

  @Test func `a later version is refused by name`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([0x32, 0x34, 0x6b, 0x61, 1, 0, 0, 0], "model.bin")
    expectRefusal(.unsupported, "version 1", "--version 0") { try Checkpoint.open(path) }
  }
}
