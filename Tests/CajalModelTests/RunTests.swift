// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Testing

struct RunTests {
  @Test func `a run in parts has the bits of the whole`() throws {
    let (model, batch) = (try TinyModel(), try batch(4, 1, 3))
    let whole = try model.logits(batch)
    for layer in 0...2 {
      var tap = NoTap()
      let middle = try model.run(batch, until: .layer(layer), tap: &tap)
      #expect(middle.shape == [8, 4])
      let logits = try model.run(batch, from: .layer(layer, middle), tap: &tap)
      #expect(logits.isBitEqual(to: whole), "entered before layer \(layer)")
    }
  }

  @Test func `a stretch of layers visits its own sites alone`() throws {
    let (model, batch) = (try TinyModel(), try batch(3))
    let residual = Tensor(repeating: 0.5, shape: [3, 4])
    let trace = try model.record(batch, from: .layer(1, residual), until: .layer(2))
    #expect(trace.sites == model.sites.filter { $0.layer == 1 })
    #expect(trace[.residualPre, layer: 1]?.array == residual.array)
    #expect(try model.record(batch, until: .layer(0)).sites == [Site(.tokenEmbedding)])
    let end = try model.record(batch, from: .layer(2, residual))
    #expect(end.sites == model.sites.filter { $0.layer == nil && $0.name != .tokenEmbedding })
  }

  @Test func `a recorder keeps what was asked for`() throws {
    let (model, batch) = (try TinyModel(), try batch(3))
    let all = try model.record(batch)
    #expect(all.sites == model.sites)
    let asked: Set = [Site(.mlpPost, layer: 0), Site(.attentionPattern, layer: 1)]
    let some = try model.record(batch, sites: asked)
    #expect(Set(some.sites) == asked)
    for site in asked {
      #expect(try #require(some[site]).isBitEqual(to: try #require(all[site])))
    }
    #expect(some[Site(.logits)] == nil)
    #expect(some[.mlpPost, layer: 1] == nil)
  }

  @Test func `the second of two taps sees what the first left`() throws {
    let site = Site(.residualPost, layer: 0)
    let batch = try batch(2)
    let doubled = Intervention(.scale(2), at: site)
    var tap = ChainedTap(InterventionTap([doubled], batch: batch), Recorder([site]))
    let result = tap(site, Tensor([1, 2], shape: [2, 1]))
    #expect(result.array == [2, 4])
    #expect(tap.second.visits.map(\.value.array) == [[2, 4]])
    #expect(tap.wants(site))
    #expect(!tap.wants(Site(.logits)))
  }
}
