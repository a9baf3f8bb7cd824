// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import CajalTestSupport
import CajalWorkbench
import Foundation
import Testing

struct InterventionParsingTests {
  private let folder: TemporaryFolder
  private let vectors: String
  private let single: String

  init() throws {
    folder = try TemporaryFolder()
    vectors = folder.path("vectors.safetensors")
    single = folder.path("one file.safetensors")
    try SafetensorsWriter.write(
      [
        OutgoingTensor("truth", Tensor([1, 2, 3], shape: [3])),
        OutgoingTensor("short", Tensor([1, 2], shape: [2])),
        OutgoingTensor("residualPost.2", Tensor([4, 5, 6, 7], shape: [2, 2])),
        OutgoingTensor("endless", Tensor([.infinity], shape: [1])),
      ], to: vectors)
    try SafetensorsWriter.write(
      [OutgoingTensor("only", Tensor([8, 9], shape: [2]))], to: single)
  }

  private func one(_ text: String, seed: UInt64 = 0) throws -> Intervention {
    let list = try Intervention.parse(text, seed: seed)
    try #require(list.count == 1)
    return list[0]
  }

  @Test func `a site may carry a selection`() throws {
    let intervention = try one("scale attentionPattern.5[head=2,position=-1] 0.5")
    #expect(intervention.site == Site(.attentionPattern, layer: 5))
    #expect(intervention.selection == Selection(positions: [-1], heads: [2]))
    guard case .scale(0.5) = intervention.action else {
      Issue.record("\(intervention.action)")
      return
    }
  }

  @Test func `values are numbers, lists, tensors of files, and the only tensor of a file`() throws {
    guard case .set(let number) = try one("set mlpPost.1[neuron=3] -2e-1").action,
      case .add(let list) = try one("add logits 0.5,-1,2").action,
      case .projectOut(let named) = try one("project-out residualPost.2 @\(vectors):truth").action,
      case .set(let only) = try one("set residualPost.2 \"@\(single)\"").action
    else {
      Issue.record("a verb was read as another")
      return
    }
    #expect(number.array == [-0.2])
    #expect(list.array == [0.5, -1, 2])
    #expect(named.array == [1, 2, 3])
    #expect(only.array == [8, 9])
  }

  @Test func `what takes a site's value finds it under the site's name`() throws {
    guard case .replace(let value) = try one("replace residualPost.2 @\(vectors)").action,
      case .meanAblate(let pool?) = try one("mean blocks.2.hook_resid_post @\(vectors)").action,
      case .meanAblate(nil) = try one("mean residualPost.2").action
    else {
      Issue.record("a verb was read as another")
      return
    }
    #expect(value.shape == [2, 2] && value.array == [4, 5, 6, 7])
    #expect(pool.array == [4, 5, 6, 7])
  }

  @Test func `resampling takes a pool, a seed, both or the general seed`() throws {
    guard case .resampleAblate(nil, 11) = try one("resample mlpOut.0", seed: 11).action,
      case .resampleAblate(nil, 7) = try one("resample mlpOut.0 seed=7", seed: 11).action,
      case .resampleAblate(_?, 7) = try one("resample residualPost.2 @\(vectors) seed=7").action
    else {
      Issue.record("a seed was lost")
      return
    }
  }

  @Test func `clamping takes encoder, decoder, value, bias and threshold`() throws {
    let text = "clamp residualPost.2 @\(vectors):truth 0,1,0 4.5 threshold=0.25 bias=-1"
    guard case .clamp(let feature, to: 4.5) = try one(text).action else {
      Issue.record("not read as a clamp")
      return
    }
    #expect(feature.encoder.array == [1, 2, 3])
    #expect(feature.decoder.array == [0, 1, 0])
    #expect(feature.bias == -1 && feature.threshold == 0.25)
  }

  @Test func `a list of interventions goes through JSON and back`() throws {
    let list = [
      Intervention(
        .set(Tensor([1, 2], shape: [2])), at: Site(.residualPost, layer: 1),
        Selection(positions: [0])),
      Intervention(.resampleAblate(nil, seed: 9), at: Site(.mlpOut, layer: 0)),
    ]
    let path = folder.path("list.json")
    try JSONEncoder().encode(list).write(to: URL(fileURLWithPath: path))
    let read = try Intervention.parse("@\(path)")
    #expect(read.map(\.site) == list.map(\.site))
    #expect(read.map(\.selection) == list.map(\.selection))
    guard case .set(let value) = read[0].action, case .resampleAblate(nil, 9) = read[1].action
    else {
      Issue.record("an action changed on the way")
      return
    }
    #expect(value.array == [1, 2])
  }

  @Test(arguments: [
    ("", "ends where a verb should stand"), ("erase logits 0", "'erase' is no intervention"),
    ("set", "ends where a site should stand"), ("set logits", "ends where a value should stand"),
    ("set logits x", "'x' is not a value"), ("set logits 1,,2", "'' is not a value"),
    ("set logits nan", "'nan' is not a value"), ("scale logits inf", "'inf' is not a factor"),
    ("scale logits @a.npy", "'@a.npy' is not a factor"),
    ("scale logits 1 2", "'2' in 'scale logits 1 2' is one word too many"),
    ("scale \"logits 1", "is not closed"), ("replace logits 3", "replace needs a file"),
    ("resample logits seed=x", "'seed=x' is no seed"), ("resample logits seed=-1", "is no seed"),
    ("clamp residualPost.2 1,2 1,2,3 0", "the encoder has 2 components and the decoder 3"),
    ("clamp residualPost.2 1 1", "ends where the value to clamp to should stand"),
    ("clamp residualPost.2 1 1 0 gain=2", "'gain=2' in"),
    ("clamp residualPost.2 1 1 0 bias=1 bias=2", "'bias=2' in"),
    ("set logits @", "'@' stands without"),
    ("@list.txt", "must be a JSON file"), ("@absent.json", "absent.json: no such file"),
  ])
  func `what cannot be read is refused with the word and what is expected`(
    text: String, reason: String
  ) {
    let error = #expect(throws: WorkbenchError.self) { try Intervention.parse(text) }
    #expect(error?.code == .intervention)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    ("scale residualPst.2 0", "did you mean 'residualPost'?"),
    ("scale residualPost 0", "needs one layer"),
    ("scale logits[head] 0", "not of the form"),
    ("scale logits[colour=1] 0", "'colour' cannot be selected"),
  ])
  func `sites and selections are refused as everywhere`(text: String, reason: String) {
    let error = #expect(throws: ModelError.self) { try Intervention.parse(text) }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test func `files without the tensor that is meant are refused with what they hold`() throws {
    for (text, reason) in [
      ("set logits @\(vectors)", "holds 4 tensors; name one"),
      ("set logits @\(vectors):lie", "has no tensor 'lie'; it has endless, residualPost.2"),
      ("replace mlpOut.0 @\(vectors)", "has no tensor 'mlpOut.0'"),
    ] {
      let error = #expect(throws: WorkbenchError.self) { try Intervention.parse(text) }
      #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }
    #expect(throws: CheckpointError.self) {
      try Intervention.parse("set logits @\(vectors):endless")
    }
    #expect(throws: CheckpointError.self) {
      try Intervention.parse("set logits @\(folder.path("absent.npy"))")
    }
  }

  @Test(arguments: [
    ("[]", "an empty list"), ("{", "not a list"), ("[{\"site\": \"logits\"}]", "selection"),
    (
      "[{\"site\": \"nowhere\", \"selection\": \"\", \"action\": {}}]", "there is no site 'nowhere'"
    ),
  ])
  func `JSON that is no list of interventions is refused`(text: String, reason: String) throws {
    try folder.write(text, to: "bad.json")
    let error = #expect(throws: WorkbenchError.self) {
      try Intervention.parse("@\(folder.path("bad.json"))")
    }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }
}
