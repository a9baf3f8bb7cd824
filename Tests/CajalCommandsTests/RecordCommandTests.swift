// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import Foundation
import Testing

@testable import CajalCommands

struct RecordCommandTests {
  @Test func `sequences are recorded end to end and the tensors are listed`() throws {
    let folder = try TemporaryFolder.withModel()
    let run = Invocation.of(
      "record", folder.model, "--tokens", "1 2 3; 4 5", "--sites", "residualPost.1,logits",
      "--output", folder.path("t.safetensors"))
    #expect(run.errors.isEmpty && run.exitCode == 0)
    #expect(
      run.output == """
        wrote 4 tensors to \(folder.path("t.safetensors"))
          residualPost.1  5 × 32
          logits          5 × 258
          tokens          5
          offsets         3

        """)
    let file = try Checkpoint.open(folder.path("t.safetensors"))
    #expect(try file.tensors["tokens"]?.integers() == [1, 2, 3, 4, 5])
    #expect(try file.tensors["offsets"]?.integers() == [0, 3, 5])
  }

  @Test func `JSON lists the tensors and an older file is replaced`() throws {
    let folder = try TemporaryFolder.withModel()
    try Data("old".utf8).write(to: folder.url.appendingPathComponent("t.safetensors"))
    let run = Invocation.of(
      "record", folder.model, "--text", "ab", "--sites", "finalNormScale", "--json", "-o",
      folder.path("t.safetensors"))
    let json = try run.json()
    #expect(json["file"] as? String == folder.path("t.safetensors"))
    let tensors = try #require(json["tensors"] as? [[String: Any]])
    #expect(tensors.map { $0["name"] as? String } == ["finalNormScale", "tokens", "offsets"])
    #expect(try Checkpoint.open(folder.path("t.safetensors")).tensors.count == 3)
  }

  @Test func `interventions act in the order given`() throws {
    let folder = try TemporaryFolder.withModel()
    let run = Invocation.of(
      "record", folder.model, "--tokens", "1 2", "--sites", "mlpOut.0", "--output",
      folder.path("t.safetensors"), "--intervene", "set mlpOut.0 3", "--intervene",
      "add mlpOut.0[position=1] -1")
    #expect(run.exitCode == 0)
    let values = try Checkpoint.open(folder.path("t.safetensors")).tensors["mlpOut.0"]?.floats()
    #expect(values == Array(repeating: 3, count: 32) + Array(repeating: 2, count: 32))
  }

  @Test(arguments: [
    (["--sites", "residualPst.1"], "did you mean 'residualPost'?"),
    (["--sites", "residualPost.7"], "this model has the layers 0 to 1"),
    (["--sites", "mlpPost.0[neuron=3]"], "a selection cannot be recorded"),
    (["--intervene", "set mlpOut.0"], "ends where a value should stand"),
    (["--intervene", "set mlpOut.9 0"], "this model has the layers 0 to 1"),
    (["--intervene", "set mlpOut.0 1,2,3"], "3 numbers do not fit"),
  ])
  func `bad sites and interventions are one line, and no file appears`(
    arguments: [String], reason: String
  ) throws {
    let folder = try TemporaryFolder.withModel()
    let run = Invocation.of(
      ["record", folder.model, "--tokens", "1 2", "--output", folder.path("t.safetensors")]
        + arguments)
    #expect(run.errors.hasPrefix("cajal: ") && run.errors.contains(reason), "\(run.errors)")
    #expect(run.errors.filter { $0 == "\n" }.count == 1 && run.output.isEmpty && run.exitCode == 1)
    #expect(!folder.exists("t.safetensors"))
  }

  @Test func `a place that cannot be written to is refused`() throws {
    let folder = try TemporaryFolder.withModel()
    for (path, reason) in [
      (folder.path("absent/t.safetensors"), "absent/t.safetensors"),
      (folder.url.path, "is a folder"),
      (folder.path("model/model.safetensors"), "is a file of the model itself"),
    ] {
      let run = Invocation.of("record", folder.model, "--tokens", "1", "--output", path)
      #expect(run.errors.contains(reason) && run.exitCode == 1, "\(run.errors)")
      #expect(run.errors.filter { $0 == "\n" }.count == 1)
    }
  }
}
