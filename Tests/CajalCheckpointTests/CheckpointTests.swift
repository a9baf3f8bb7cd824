// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTestSupport
import Foundation
import Testing

struct CheckpointTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let weights = Golden.bytes("whole/model.safetensors")
  private let configuration = #"{"model_type": "x"}"#

  // MARK: Shards and digests

  @Test func `a sharded model has all tensors and one configuration`() throws {
    let checkpoint = try Checkpoint.open(Golden.path("sharded"))
    try Golden.expect(checkpoint.tensors, equal: "sharded")
    #expect(checkpoint.configuration["scale"] == .number(.infinity))
    #expect(
      checkpoint.files.map(\.lastPathComponent) == [
        "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
      ])
    #expect(checkpoint.parameterCount == 24)
    #expect(checkpoint.byteCount == 84)
  }

  @Test func `equal weights have an equal digest whatever the files`() throws {
    let digest = try Checkpoint.open(Golden.path("sharded")).digest()
    #expect(digest.count == 64)
    #expect(try Checkpoint.open(Golden.path("whole")).digest() == digest)
    let archive = try Checkpoint.open(
      Golden.path("whole.pt"), configuration: Golden.path("whole/config.json"))
    #expect(try archive.digest() == digest)
    #expect(try Checkpoint.open(Golden.path("whole.pt")).digest() != digest)
  }

  @Test func `one flipped bit changes the digest`() throws {
    let before = try Checkpoint.open(folder.write(weights, "a.safetensors")).digest()
    var changed = weights
    changed[changed.count - 1] ^= 1
    #expect(try Checkpoint.open(folder.write(changed, "a.safetensors")).digest() != before)
  }

  @Test func `the digest is the documented sequence`() throws {
    // SHA-256 of the sequence in the documentation, computed with Python's hashlib.
    let path = try folder.write(
      safetensors(#"{"w":{"dtype":"U8","shape":[1,2],"data_offsets":[0,2]}}"#, data: [7, 9]),
      "w.safetensors")
    try folder.write(#"{"d_model": 2, "a": 0.5}"#, "config.json")
    #expect(
      try Checkpoint.open(path).digest()
        == "94050da6e318da83fca28823c37db172d5f2d9282b381c4a3311441660a8b1a7")
  }

  @Test func `the digest reports progress and can be stopped`() throws {
    let checkpoint = try Checkpoint.open(Golden.path("whole"))
    var last = 0
    _ = try checkpoint.digest { done, total in
      #expect(done > last && done <= total && total == 84)
      last = done
    }
    #expect(last == 84)
    #expect(throws: CancellationError.self) {
      try checkpoint.digest { _, _ in throw CancellationError() }
    }
  }

  @Test(arguments: [
    (#"{"weight_map": {"a": "../model.safetensors"}}"#, "'a'"),
    (#"{"weight_map": {"a": "/etc/passwd"}}"#, "'a'"), (#"{"weight_map": {"a": ".."}}"#, "'a'"),
    (#"{"weight_map": {"a": ""}}"#, "'a'"), (#"{"weight_map": {"a": 3}}"#, "'a'"),
    (#"{"weight_map": {"a": "x\u0000"}}"#, "'a'"), (#"{"weight_map": {}}"#, "weight_map"),
    (#"{"weight_map": []}"#, "weight_map"), ("{}", "weight_map"), ("[]", "not an object"),
  ])
  func `an index that leaves its folder or says nothing is refused`(index: String, word: String)
    throws
  {
    try folder.write(index, "model.safetensors.index.json")
    expectRefusal(.malformed, "model.safetensors.index.json", word) {
      try Checkpoint.open(folder.url.path)
    }
  }

  @Test func `an index that disagrees with its shards is refused`() throws {
    try folder.write(weights, "a.safetensors")
    try folder.write(
      #"{"weight_map": {"wte.weight": "a.safetensors", "h.0.weight": "a.safetensors"}}"#,
      "model.safetensors.index.json")
    expectRefusal(.unexpected, "'h.1.weight'") { try Checkpoint.open(folder.url.path) }
    try folder.write(
      #"{"weight_map": {"wte.weight": "a.safetensors", "h.0.weight": "a.safetensors","#
        + #""h.1.weight": "a.safetensors", "h.2.weight": "a.safetensors"}}"#,
      "model.safetensors.index.json")
    expectRefusal(.missing, "'h.2.weight'") { try Checkpoint.open(folder.url.path) }
    try folder.write(
      #"{"weight_map": {"wte.weight": "b.safetensors"}}"#, "model.safetensors.index.json")
    expectRefusal(.notFound, "b.safetensors", "No such file") {
      try Checkpoint.open(folder.url.path)
    }
  }

  // MARK: Folders

  @Test func `a folder prefers model.safetensors and takes a single other file`() throws {
    try folder.write(weights, "other.safetensors")
    #expect(
      try Checkpoint.open(folder.url.path).files.map(\.lastPathComponent) == ["other.safetensors"])
    try folder.write(weights, "model.safetensors")
    try folder.write("not weights", "expected.safetensors")
    #expect(
      try Checkpoint.open(folder.url.path).files.map(\.lastPathComponent) == ["model.safetensors"])
  }

  @Test(arguments: [
    ("whole.pt", "pytorch_model.bin"), ("whole.pt", "ckpt.pt"), ("whole.pt", "final.pth"),
    ("stored.npz", "params.npz"), ("tied.bin", "stories.bin"),
  ])
  func `a folder with one file of weights is read`(golden: String, name: String) throws {
    try folder.write(Golden.bytes(golden), name)
    try folder.write([1, 2, 3, 4, 5], "tokenizer.bin")
    let checkpoint = try Checkpoint.open(folder.url.path)
    #expect(checkpoint.files.map(\.lastPathComponent) == [name])
    try Golden.expect(checkpoint.tensors, equal: golden)
  }

  @Test func `several files of weights without an index are refused`() throws {
    for index in 1...5 { try folder.write(weights, "m\(index).safetensors") }
    expectRefusal(.unexpected, "5 files of weights", "'m1.safetensors'", "name the one") {
      try Checkpoint.open(folder.url.path)
    }
  }

  @Test func `an empty folder and a folder without a model are refused`() throws {
    expectRefusal(.notFound, folder.url.path, "holds no model") {
      try Checkpoint.open(folder.url.path)
    }
    try folder.write(configuration, "config.json")
    try folder.write("hello", "README.md")
    expectRefusal(.notFound, "holds no model", "safetensors") {
      try Checkpoint.open(folder.url.path)
    }
  }

  @Test func `what is not there or is no file is refused`() throws {
    expectRefusal(.notFound, "does not exist") { try Checkpoint.open(folder.path("nothing")) }
    expectRefusal(.notFound, "does not exist") { try Checkpoint.open("") }
    expectRefusal(.unsupported, "not a regular file") { try Checkpoint.open("/dev/null") }
    let pipe = folder.path("model.safetensors")
    #expect(mkfifo(pipe, 0o600) == 0)
    expectRefusal(.unsupported, "not a regular file") { try Checkpoint.open(folder.url.path) }
  }

  @Test(arguments: ["model.safetensors", "pytorch_model.bin", "x.pt", "x.bin", "x.npz"])
  func `a pointer of Git LFS is told from weights`(name: String) throws {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 548105171\n"
    try folder.write(pointer, name)
    expectRefusal(.notFound, name, "Git LFS pointer", "git lfs pull") {
      try Checkpoint.open(folder.url.path)
    }
  }

  @Test func `a file of no known format is refused`() throws {
    let path = try folder.write("This is not a model.", "model.bin")
    expectRefusal(.unsupported, "no format that is read") { try Checkpoint.open(path) }
  }

  @Test func `a file is judged by its content and not by its name`() throws {
    #expect(try Checkpoint.open(folder.write(weights, "x.bin")).format == .safetensors)
    #expect(try Checkpoint.open(folder.write(Golden.bytes("whole.pt"), "x.npz")).format == .torch)
    #expect(try Checkpoint.open(folder.write(Golden.bytes("stored.npz"), "x.pt")).format == .npz)
  }

  // MARK: Configurations

  @Test func `the configuration beside a single file is found in order`() throws {
    let path = try folder.write(weights, "a.safetensors")
    func found() throws -> String? {
      try Checkpoint.open(path).configurationFile?.lastPathComponent
    }
    #expect(try found() == nil)
    expectRefusal(.missing, "no configuration", "config.json") {
      try Checkpoint.open(path).configurationLedger()
    }
    try folder.write(configuration, "config.json")
    #expect(try found() == "config.json")
    try folder.write(configuration, "a.json")
    #expect(try found() == "a.json")
    try folder.write(configuration, "a.config.json")
    #expect(try found() == "a.config.json")
    try folder.write(configuration, "b.json")
    let other = try Checkpoint.open(path, configuration: folder.path("b.json"))
    #expect(other.configurationFile?.lastPathComponent == "b.json")
  }

  @Test(arguments: ["[1, 2]", #"{"tokens": [[1]], "note": "a fixture"}"#, "3"])
  func `a file of the same stem that is no configuration is not taken for one`(text: String) throws
  {
    let path = try folder.write(weights, "a.safetensors")
    try folder.write(text, "a.json")
    #expect(try Checkpoint.open(path).configurationFile == nil)
    try folder.write(configuration, "config.json")
    #expect(try Checkpoint.open(path).configurationFile?.lastPathComponent == "config.json")
  }

  @Test func `a broken configuration is refused with its name`() throws {
    try folder.write(weights, "model.safetensors")
    try folder.write(#"{"model_type": "x",}"#, "config.json")
    expectRefusal(.malformed, "config.json", "line 1, column 20") {
      try Checkpoint.open(folder.url.path)
    }
    try folder.write(String(repeating: "[", count: 200_000), "config.json")
    expectRefusal(.malformed, "config.json", "256 levels") { try Checkpoint.open(folder.url.path) }
    try folder.write("", "config.json")
    expectRefusal(.malformed, "config.json", "is empty") { try Checkpoint.open(folder.url.path) }
  }

  // MARK: Ledgers of weights

  @Test func `weights are taken with the shape the configuration means`() throws {
    let checkpoint = try Checkpoint.open(Golden.path("whole"))
    var weights = checkpoint.weightsLedger()
    #expect(try weights.take("wte.weight", shape: [4, 3]).shape == [4, 3])
    expectRefusal(.mismatch, "'h.0.weight'", "[2, 3]", "[3, 3]") {
      try weights.take("h.0.weight", shape: [3, 3])
    }
    expectRefusal(.missing, "tensor 'ln.weight'") { try weights.take("ln.weight", shape: [3]) }
    #expect(try weights.takeIfPresent("ln.weight", shape: [3]) == nil)
    expectRefusal(.unexpected, "1 tensor not understood: 'h.1.weight'") { try weights.close() }
  }
}
