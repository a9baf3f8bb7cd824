// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalTestSupport
import Foundation
import Testing

@testable import CajalCommands
@testable import CajalWorkbench

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

  @Test func `what is no plain file is refused before the model is opened, and stays`() throws {
    let folder = try TemporaryFolder()
    // A pipe stands for every device: replacing one would take it from the whole machine.
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: folder.path("pipe"))
    for (path, reason) in [
      (folder.path("pipe"), "is no plain file"), (folder.path("link"), "is no plain file"),
      ("", "the file to write has no name"),
      (folder.path("absent/t.safetensors"), "there is no folder"),
    ] {
      let run = Invocation.of("record", "absent", "--tokens", "1", "--output", path)
      #expect(run.errors.contains(reason) && run.exitCode == 1, "\(run.errors)")
    }
    let kinds = try ["pipe", "link"].map {
      try FileManager.default.attributesOfItem(atPath: folder.path($0))[.type]
        as? FileAttributeType
    }
    // Foundation has no name of its own for pipes.
    #expect(kinds == [.typeUnknown, .typeSymbolicLink])
  }

  @Test func `layers of one site are one line, and JSON has them all`() throws {
    let folder = try TemporaryFolder.withModel()
    let arguments = [
      "record", folder.model, "--tokens", "1 2 3", "--sites", "residualPost,logits,mlpOut.1",
      "--output", folder.path("t.safetensors"),
    ]
    let plain = Invocation.of(arguments).output
    #expect(plain.contains("wrote 6 tensors to "))
    #expect(plain.contains("\n  residualPost.0–1  3 × 32\n") && plain.contains("\n  mlpOut.1 "))
    let tensors = try Invocation.of(arguments + ["--json"]).json()["tensors"] as? [[String: Any]]
    #expect(tensors?.count == 6)
  }

  @Test func `gaps in layers and other shapes are kept apart`() {
    let names = ["query.0", "query.2", "query.3", "query.4", "query.7", "tokens"]
    let entries =
      names.map { Recording.Summary.Entry(name: $0, shape: [3, 4]) }
      + [.init(name: "query.5", shape: [3, 8])]
    #expect(
      TensorGroup.groups(entries).map(\.text) == ["query.0,2–4,7", "tokens", "query.5"])
  }

  @Test func `gradients stand beside what was recorded`() throws {
    let folder = try TemporaryFolder.withModel()
    let run = Invocation.of(
      "record", folder.model, "--tokens", "1 2 3", "--sites", "residualPost.1", "--gradient",
      "difference:3,5", "--weights", "--json", "--output", folder.path("t.safetensors"))
    #expect(run.errors.isEmpty && run.exitCode == 0)
    let json = try run.json()
    #expect(json["metric"] is Double)
    let file = try Checkpoint.open(folder.path("t.safetensors"))
    #expect(file.tensors["gradient.residualPost.1"]?.shape == [3, 32])
    #expect(file.metadata["gradient"] == "difference:3,5")
    #expect(file.tensors.keys.contains { $0.hasPrefix("gradient.") && $0.hasSuffix(".weight") })
  }

  @Test(arguments: [
    (["--gradient", "logit:99999"], Int32(1), "token 99999 does not exist"),
    (["--gradient", "sum"], 1, "there is no metric 'sum'"),
    (["--weights"], 64, "add --gradient loss"),
  ])
  func `a gradient of nothing is refused`(
    arguments: [String], code: Int32, reason: String
  ) throws {
    let folder = try TemporaryFolder.withModel()
    let run = Invocation.of(
      ["record", folder.model, "--tokens", "1 2", "--output", folder.path("t.safetensors")]
        + arguments)
    #expect(run.errors.contains(reason) && run.exitCode == code, "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("t.safetensors")))
  }
}
