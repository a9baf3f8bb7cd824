// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTestSupport
import Foundation
import Testing

struct EncodedJSONTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `tensors and configuration of one object are read`() throws {
    let checkpoint = try Checkpoint.open(Golden.path("minGPT.json"))
    #expect(checkpoint.format == .json)
    #expect(checkpoint.configuration == ["model_type": "gpt-nano", "n_layer": 3])
    try Golden.expect(checkpoint.tensors, equal: "minGPT.json")
  }

  private func model(_ tensor: String) -> String {
    #"{"config": {}, "other": {"shape": [], "dtype": "torch.float32", "data": "AAAAAA=="}, "w": "#
      + tensor + "}"
  }

  @Test(arguments: [
    (#"{"shape": [2], "dtype": "torch.float32", "data": "AAAAAA=="}"#, "4 bytes"),
    (#"{"shape": [1], "dtype": "torch.float32", "data": "AAAA!A=="}"#, "base 64"),
    (#"{"shape": [1], "dtype": "torch.float32"}"#, "exactly"),
    (#"{"shape": [-1], "dtype": "torch.float32", "data": ""}"#, "exactly"),
    (#"{"shape": [4294967296, 4294967296], "dtype": "torch.int8", "data": ""}"#, "shape"),
    ("[]", "exactly"),
  ])
  func `a broken tensor is refused`(tensor: String, word: String) throws {
    let path = try folder.write(model(tensor), "m.json")
    expectRefusal(.malformed, "'w'", word) { try Checkpoint.open(path) }
  }

  @Test func `other JSON is no model`() throws {
    for text in ["{}", #"{"config": {}}"#, #"{"config": 1, "w": {"data": ""}}"#, #"{"a": 1}"#] {
      let path = try folder.write(text, "m.json")
      expectRefusal(.unsupported, "JSON and not a model") { try Checkpoint.open(path) }
    }
    expectRefusal(.unsupported, "'torch.complex64'") {
      let text = model(#"{"shape": [], "dtype": "torch.complex64", "data": ""}"#)
      return try Checkpoint.open(folder.write(text, "m.json"))
    }
  }
}
