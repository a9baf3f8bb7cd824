// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Foundation
import Testing

/// Interventions as values, and in a run.
struct InterventionRunTests {
  private static let vector = Tensor([0.1, -2, 3e-8, 4], shape: [4])

  @Test(arguments: [
    Intervention.Action.set(vector), .add(vector), .scale(-0.1), .projectOut(vector),
    .replace(vector.reshaped(2, 2)), .meanAblate(nil), .meanAblate(vector.reshaped(1, 4)),
    .resampleAblate(nil, seed: .max), .resampleAblate(vector.reshaped(1, 4), seed: 3),
    .clamp(.init(encoder: vector, bias: 0.25, threshold: 0.5, decoder: vector), to: 1e-30),
  ])
  func `an intervention reads back from JSON`(_ action: Intervention.Action) throws {
    let written = Intervention(
      action, at: Site(.mlpPost, layer: 3), try Selection(parsing: "[position=-1,neuron=1+3:5]"))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let json = try encoder.encode(written)
    let read = try JSONDecoder().decode(Intervention.self, from: json)
    #expect(read.site == written.site)
    #expect(read.selection == written.selection)
    #expect(same(read.action, action), "\(String(decoding: json, as: UTF8.self))")
    #expect(try encoder.encode(read) == json)
  }

  /// Whether two actions are one, their tensors bit for bit.
  private func same(_ a: Intervention.Action, _ b: Intervention.Action) -> Bool {
    func equal(_ a: Tensor?, _ b: Tensor?) -> Bool {
      guard let a, let b else { return a == nil && b == nil }
      return a.shape == b.shape && a.isBitEqual(to: b)
    }
    switch (a, b) {
    case (.set(let a), .set(let b)), (.add(let a), .add(let b)),
      (.projectOut(let a), .projectOut(let b)), (.replace(let a), .replace(let b)):
      return equal(a, b)
    case (.scale(let a), .scale(let b)): return a == b
    case (.meanAblate(let a), .meanAblate(let b)): return equal(a, b)
    case (.resampleAblate(let a, let seed), .resampleAblate(let b, let other)):
      return equal(a, b) && seed == other
    case (.clamp(let a, let target), .clamp(let b, let other)):
      return equal(a.encoder, b.encoder) && equal(a.decoder, b.decoder) && a.bias == b.bias
        && a.threshold == b.threshold && target == other
    default: return false
    }
  }

  @Test(arguments: [
    #"{"site":"nowhere.1","selection":"","action":{"scale":{"_0":1}}}"#,
    #"{"site":"mlpPost.1","selection":"[head]","action":{"scale":{"_0":1}}}"#,
    #"{"site":"mlpPost.1","selection":"","action":{"explode":{"_0":1}}}"#,
    #"{"site":"mlpPost.1","selection":"","action":{"set":{"_0":{"shape":[2],"data":"AAA="}}}}"#,
    #"{"site":"mlpPost.1","selection":"","action":{"set":{"_0":{"shape":[-1],"data":""}}}}"#,
  ])
  func `JSON that is no intervention is refused`(_ json: String) {
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode(Intervention.self, from: Data(json.utf8))
    }
  }

  @Test func `a feature of two widths from JSON is refused when it is applied`() throws {
    let feature = Intervention.Feature(encoder: Self.vector, decoder: Self.vector)
    let json = try JSONEncoder().encode(feature)
    var members = try #require(
      try JSONSerialization.jsonObject(with: json) as? [String: Any])
    members["decoder"] = ["shape": [1], "data": "AACAPw=="]
    let torn = try JSONDecoder().decode(
      Intervention.Feature.self, from: JSONSerialization.data(withJSONObject: members))
    let error = #expect(throws: ModelError.self) {
      try apply(
        .clamp(torn, to: 1), at: Site(.residualPost, layer: 0), to: Tensor(zeros: [2, 4]), batch(2))
    }
    #expect(error?.message.contains("the decoder at 'residualPost.0' has 1 components") == true)
  }

  // MARK: In a run

  @Test func `an intervention whose site the run does not visit is an error naming it`() throws {
    let (model, batch) = (try TinyModel(), try batch(3))
    let site = Site(.residualPost, layer: 7)
    let error = #expect(throws: ModelError.self) {
      try model.record(
        batch,
        interventions: [Intervention(.scale(0), at: site, Selection(parsing: "[position=1]"))])
    }
    #expect(error?.code == .intervention)
    #expect(error?.message.contains("'residualPost.7[position=1]' never fired") == true)
  }

  @Test func `a run that ends before the site is an error`() throws {
    let (model, batch) = (try TinyModel(), try batch(3))
    let late = Intervention(.scale(0), at: Site(.mlpOut, layer: 1))
    #expect(throws: ModelError.self) {
      try model.record(batch, interventions: [late], until: .layer(1))
    }
    #expect(throws: Never.self) {
      try model.record(batch, interventions: [late], until: .layer(2))
    }
  }

  @Test func `one that does not fit is an error of the whole run`() throws {
    let (model, batch) = (try TinyModel(), try batch(3, 2))
    let good = Intervention(.scale(0), at: Site(.mlpOut, layer: 0))
    let bad = Intervention(
      .add(Tensor(zeros: [3])), at: Site(.residualPost, layer: 0), Selection(positions: [1]))
    let error = #expect(throws: ModelError.self) {
      try model.record(batch, interventions: [good, bad])
    }
    let message = "3 numbers do not fit the 2 × 4 components selected at 'residualPost.0'"
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func `several at one site act in the order given`() throws {
    let site = Site(.residualPost, layer: 0)
    let (set, add) = (
      Intervention(.set(Tensor([1], shape: [1])), at: site),
      Intervention(.add(Tensor([2], shape: [1])), at: site)
    )
    let (model, batch) = (try TinyModel(), try batch(2))
    let one = try model.record(batch, interventions: [set, add])
    #expect(one[site]?.array == Array(repeating: 3, count: 8))
    let other = try model.record(batch, interventions: [add, set])
    #expect(other[site]?.array == Array(repeating: 1, count: 8))
  }

  @Test func `a run goes on with the changed value`() throws {
    let (model, batch) = (try TinyModel(), try batch(4))
    // Without attention and MLP output the stream carries the embedding to the end.
    let silenced = try model.record(
      batch,
      interventions: [0, 1].flatMap { layer in
        [Site.Name.attentionOut, .mlpOut].map {
          Intervention(.scale(0), at: Site($0, layer: layer))
        }
      })
    let embedding = try #require(silenced[.tokenEmbedding])
    #expect(silenced[.finalResidual]?.array == embedding.array)
    let plain = try model.record(batch)
    #expect(plain[.finalResidual]?.array != embedding.array)
  }
}
