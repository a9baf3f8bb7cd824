// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import CajalTestSupport
import CajalWorkbench
import Foundation
import Testing

struct RecordingTests {
  private let folder: TemporaryFolder
  private let subject: Subject
  private let sequences = [[0, 85, 110, 101], [34, 118]]

  init() throws {
    folder = try TemporaryFolder.withStandIn()
    subject = try Subject.open(folder.url.path)
  }

  private func record(
    _ sites: String = "all", _ interventions: [Intervention] = [], as name: String = "trace"
  ) throws -> Checkpoint {
    let path = folder.path("\(name).safetensors.out")
    let recording = Recording(
      sites: try SiteList(parsing: sites, for: subject.model).sites, sequences: sequences,
      interventions: interventions)
    _ = try recording.write(subject, to: path)
    return try Checkpoint.open(path)
  }

  private func floats(_ name: String, _ file: Checkpoint) throws -> [Float] {
    let tensor = try #require(file.tensors[name])
    return try tensor.floats()
  }

  @Test func `the file holds every site with the values and shapes of the run`() throws {
    let trace = try subject.model.record(TokenBatch(sequences))
    let file = try record()
    #expect(
      Set(file.tensors.keys) == Set(trace.sites.map(\.description)).union(["tokens", "offsets"]))
    for site in trace.sites {
      let stored = try #require(file.tensors[site.description])
      let value = try #require(trace[site])
      #expect(stored.shape == value.shape)
      #expect(try stored.floats() == value.array, "\(site)")
    }
    #expect(try file.tensors["tokens"]?.integers() == [0, 85, 110, 101, 34, 118])
    #expect(file.tensors["tokens"]?.type == .int64)
    #expect(try file.tensors["offsets"]?.integers() == [0, 4, 6])
    #expect(file.metadata["checkpoint"] == (try subject.digest()))
  }

  @Test func `shapes follow the table of sites`() throws {
    let file = try record("query.0,key.0,attentionPattern.1,finalNormScale,mlpPost.1,logits")
    #expect(file.tensors["query.0"]?.shape == [6, 4, 8])
    #expect(file.tensors["key.0"]?.shape == [6, 2, 8])
    #expect(file.tensors["attentionPattern.1"]?.shape == [4, 6, 4])
    #expect(file.tensors["finalNormScale"]?.shape == [6])
    #expect(file.tensors["mlpPost.1"]?.shape == [6, 88])
    #expect(file.tensors["logits"]?.shape == [6, 258])
  }

  @Test func `an intervention shows at its site and changes what comes after`() throws {
    let plain = try record("attentionOut.0,logits")
    let changed = try record(
      "attentionOut.0,logits", Intervention.parse("scale attentionOut.0[position=1] 0"),
      as: "changed")
    let before = try floats("attentionOut.0", plain)
    let after = try floats("attentionOut.0", changed)
    for row in 0..<6 {
      let range = row * 32..<(row + 1) * 32
      let isSelected = row == 1 || row == 5
      #expect(
        Array(after[range]) == (isSelected ? Array(repeating: 0, count: 32) : Array(before[range])))
    }
    let logits = (try floats("logits", plain), try floats("logits", changed))
    #expect(logits.0[0..<258] == logits.1[0..<258], "position 0 sees only itself")
    #expect(logits.0[258...] != logits.1[258...])
  }

  @Test func `what was recorded can be put back`() throws {
    let clean = try record("residualPost.0,logits")
    let path = folder.path("trace.safetensors.out")
    let restored = try record(
      "logits",
      Intervention.parse("set tokenEmbedding 0.5")
        + Intervention.parse("replace residualPost.0 @\(path)"), as: "restored")
    #expect(try restored.tensors["logits"]?.floats() == clean.tensors["logits"]?.floats())
  }

  @Test func `an intervention where the model has no site is refused and nothing is written`()
    throws
  {
    let error = #expect(throws: ModelError.self) {
      try record("logits", Intervention.parse("scale positionEmbedding 0"))
    }
    #expect(error?.message.contains("no site 'positionEmbedding'") == true)
    #expect(throws: ModelError.self) {
      try record("logits", Intervention.parse("set residualPost.0[position=9] 0"))
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("trace.safetensors.out")))
  }

  @Test func `files of the model and folders are not written over`() throws {
    let recording = Recording(sites: [Site(.logits)], sequences: sequences)
    for name in [
      "model.safetensors", "config.json", "../\(folder.url.lastPathComponent)/config.json",
    ] {
      let error = #expect(throws: WorkbenchError.self) {
        try recording.write(subject, to: folder.path(name))
      }
      #expect(error?.code == .output)
    }
    let error = #expect(throws: WorkbenchError.self) {
      try recording.write(subject, to: folder.url.path)
    }
    #expect(error?.message.contains("is a folder") == true)
  }

  @Test func `an interrupted recording leaves no file`() throws {
    let recording = Recording(sites: [Site(.logits)], sequences: sequences)
    let path = folder.path("never.safetensors")
    #expect(throws: WorkbenchError.self) {
      try recording.write(subject, to: path, job: Job(isInterrupted: { true }))
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(left.sorted() == ["config.json", "model.safetensors", "tokenizer.json"])
  }

  // MARK: Gradients

  @Test func `the gradient of a logit is one at that logit of every last position`() throws {
    let path = folder.path("gradient.safetensors")
    var recording = Recording(
      sites: try SiteList(parsing: "residualPre.0,logits", for: subject.model).sites,
      sequences: sequences)
    recording.gradient = .logit(7)
    let summary = try recording.write(subject, to: path)
    let file = try Checkpoint.open(path)
    #expect(
      summary.tensors.map(\.name)
        == [
          "residualPre.0", "logits", "gradient.residualPre.0", "gradient.logits", "tokens",
          "offsets",
        ])
    var wanted = [Float](repeating: 0, count: 6 * 258)
    wanted[3 * 258 + 7] = 1
    wanted[5 * 258 + 7] = 1
    #expect(try floats("gradient.logits", file) == wanted)
    let logits = try floats("logits", file)
    #expect(summary.metric == Double(logits[3 * 258 + 7]) + Double(logits[5 * 258 + 7]))
    #expect(try floats("gradient.residualPre.0", file).contains { $0 != 0 })
    #expect(file.metadata["gradient"] == "logit:7")
  }

  @Test func `the gradient of the loss is that of the mean over all predicted tokens`() throws {
    let path = folder.path("gradient.safetensors")
    var recording = Recording(
      sites: try SiteList(parsing: "logits", for: subject.model).sites, sequences: sequences)
    recording.gradient = .loss
    recording.keepsWeightGradients = true
    let summary = try recording.write(subject, to: path)
    let file = try Checkpoint.open(path)
    // Softmax minus one-hot over the number of predictions, 4.
    let logits = Tensor(try floats("logits", file), shape: [6, 258])
    let gradient = Tensor(try floats("gradient.logits", file), shape: [6, 258])
    let p = logits.softmax()
    for (row, next) in [(0, 85), (1, 110), (2, 101), (4, 118)] {
      for token in [0, next, 257] {
        let wanted = (p[row, token] - (token == next ? 1 : 0)) / 4
        #expect(abs(gradient[row, token] - wanted) < 1e-7)
      }
    }
    for row in [3, 5] { #expect(gradient.rows(row..<row + 1).array.allSatisfy { $0 == 0 }) }
    let evaluation = try Evaluation(subject).scores(sequences)
    let loss = try #require(Evaluation.meanLoss(evaluation))
    #expect(abs(try #require(summary.metric) - loss) < 1e-9)
    // Every tensor of the checkpoint, in its shape.
    for (name, tensor) in subject.checkpoint.tensors {
      #expect(file.tensors["gradient.\(name)"]?.shape == tensor.shape, "\(name)")
    }
  }
}
