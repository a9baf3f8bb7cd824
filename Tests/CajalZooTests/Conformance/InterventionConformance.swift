// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Testing

/// Changes one site by hand: the truth that interventions are compared with.
private struct HandTap: Tap {
  let site: Site
  let change: (Tensor) -> Tensor
  func wants(_ site: Site) -> Bool { site == self.site }
  func callAsFunction(_ site: Site, _ value: Tensor) -> Tensor {
    site == self.site ? change(value) : value
  }
}

extension ArchitectureConformance {
  /// At every site: an intervention does what changing the value by hand does, leaves what comes
  /// before it alone, and reaches the logits.
  func verifyInterventions() throws {
    let plain = try model.record(batch)
    for (index, site) in model.sites.enumerated() {
      let value = try #require(plain[site])
      let noise = Philox(seed: UInt64(index)).uniforms(shape: value.shape) * 8
      let changed = value + noise
      var hand = ChainedTap(HandTap(site: site) { $0 + noise }, Recorder())
      _ = try model.run(batch, tap: &hand)
      let wanted = hand.second.trace(of: batch)
      for action in [Intervention.Action.add(noise), .replace(changed), .set(changed)] {
        let found = try model.record(batch, interventions: [Intervention(action, at: site)])
        for other in model.sites {
          #expect(
            try #require(found[other]).isBitEqual(to: try #require(wanted[other])),
            "\(name): \(action) at \(site) and by hand differ at \(other)")
        }
      }
      #expect(try #require(wanted[site]).isBitEqual(to: changed), "\(name) \(site)")
      for earlier in model.sites.prefix(index) {
        #expect(
          try #require(wanted[earlier]).isBitEqual(to: try #require(plain[earlier])),
          "\(name): changing \(site) changed \(earlier)")
      }
      #expect(
        try !(#require(wanted[.logits])).isBitEqual(to: try #require(plain[.logits])),
        "\(name): changing \(site) does not reach the logits")
      try verifySelection(at: site, plain)
    }
  }

  /// Scaling one position of one sequence leaves all other sequences alone.
  private func verifySelection(at site: Site, _ plain: Trace) throws {
    let selection = Selection(sequences: [2], positions: [4])
    let found = try model.record(
      batch, interventions: [Intervention(.scale(-0.5), at: site, selection)])
    let logits = try #require(found[.logits])
    for sequence in [0, 1] {
      #expect(
        logits.rows(batch.rows(of: sequence))
          .isBitEqual(to: try #require(plain[.logits]).rows(batch.rows(of: sequence))),
        "\(name): an intervention at \(site) in one sequence reached another")
    }
    let before = batch.rows(of: 2).lowerBound
    #expect(
      logits.rows(before..<before + 4)
        .isBitEqual(to: try #require(plain[.logits]).rows(before..<before + 4)),
      "\(name): an intervention at \(site) reached earlier positions")
  }
}
