// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Testing

/// What every architecture must keep, whatever its numbers: a new one gets these checks for free.
struct ArchitectureConformance {
  let model: any LanguageModel
  let name: String
  /// Three sequences of different length.
  let batch: TokenBatch

  init(_ reference: ReferenceModel) throws {
    try self.init(reference.load(), named: reference.testDescription)
  }

  init(_ model: any LanguageModel, named name: String, longest: Int = 11) throws {
    self.model = model
    self.name = name
    let V = model.shape.vocabulary
    batch = try TokenBatch([
      (0..<7).map { ($0 * 5 + 3) % V }, [1 % V], (0..<longest).map { ($0 * 7 + 2) % V },
    ])
  }

  /// Runs every check.
  func verify() throws {
    try verifyReading()
    try verifyReplacing()
    try verifyInterventions()
  }

  /// Runs the checks that change nothing; the others take a run for every weight and every site.
  func verifyReading() throws {
    try verifyDeclaredSites()
    try verifyShapes()
    try verifyWatchingChangesNothing()
    try verifyResidualIdentity()
    try verifyBitsDoNotDependOnThreads()
    try verifyBitsDoNotDependOnPacking()
    try verifyRunsInParts()
    try verifyWeightsCanBeReadBack()
  }

  private func verifyDeclaredSites() throws {
    let trace = try model.record(batch)
    #expect(trace.sites == model.sites, "\(name): declared and visited sites differ")
    #expect(Set(trace.sites).count == trace.sites.count, "\(name): a site is visited twice")
  }

  private func verifyShapes() throws {
    let (trace, shape, N) = (try model.record(batch), model.shape, batch.count)
    for site in trace.sites {
      let found = try #require(trace[site]).shape
      let wanted: [Int]? =
        switch site.name {
        case .attentionNormScale, .mlpNormScale, .finalNormScale: [N]
        case .query, .queryRotated, .headOutput: [N, shape.heads, shape.headWidth]
        case .key, .value, .keyRotated: [N, shape.keyValueHeads, shape.headWidth]
        case .attentionScores, .attentionPattern: [shape.heads, N, batch.longest]
        case .routerLogits, .routerWeights: [N, shape.experts]
        case .mlpPre, .mlpLinear, .mlpPost: nil
        case .finalNormalized: nil
        case .logits: [N, shape.answers]
        default: [N, shape.width]
        }
      if let wanted { #expect(found == wanted, "\(name) \(site)") }
      #expect(found[site.name.axes.firstIndex(of: .position) ?? 0] == N, "\(name) \(site)")
    }
  }

  private func verifyWatchingChangesNothing() throws {
    let plain = try model.logits(batch)
    let all = try model.record(batch)
    #expect(try #require(all[.logits]).isBitEqual(to: plain), "\(name): watching changed bits")
    for site in model.sites {
      let one = try model.record(batch, sites: [site])
      #expect(one.sites == [site], "\(name): asked for \(site)")
      #expect(
        try #require(one[site]).isBitEqual(to: try #require(all[site])),
        "\(name): \(site) differs when watched alone")
    }
    var options = RunOptions()
    options.allowsFusedAttention = false
    var tap = NoTap()
    let unfused = try model.run(batch, options: options, tap: &tap)
    #expect(unfused.isBitEqual(to: plain), "\(name): unfused attention has other bits")
  }

  private func verifyResidualIdentity() throws {
    let trace = try model.record(batch)
    for layer in 0..<model.shape.layers {
      func value(_ site: Site.Name) throws -> Tensor { try #require(trace[site, layer: layer]) }
      let (pre, post) = (try value(.residualPre), try value(.residualPost))
      switch model.residualIdentity {
      case .sequential:
        let mid = pre + (try value(.attentionOut))
        #expect(mid.isBitEqual(to: try value(.residualMid)), "\(name) layer \(layer)")
        #expect((mid + (try value(.mlpOut))).isBitEqual(to: post), "\(name) layer \(layer)")
      case .parallel:
        let sum = pre + (try value(.attentionOut)) + (try value(.mlpOut))
        #expect(sum.isBitEqual(to: post), "\(name) layer \(layer)")
      case .attentionOnly:
        #expect((pre + (try value(.attentionOut))).isBitEqual(to: post), "\(name) layer \(layer)")
      case .normalizedSum:
        // Each row of the stream is a layer norm's output: without its parameters it is centred.
        #expect(try value(.residualMid).shape == post.shape, "\(name) layer \(layer)")
      }
      let next =
        layer + 1 < model.shape.layers
        ? try #require(trace[.residualPre, layer: layer + 1])
        : try #require(trace[.finalResidual])
      #expect(next.isBitEqual(to: post), "\(name): layer \(layer) is not handed on unchanged")
    }
    var start = try #require(trace[.tokenEmbedding])
    if let positions = trace[.positionEmbedding] { start = start + positions }
    #expect(
      try #require(trace[.residualPre, layer: 0]).isBitEqual(to: start), "\(name): embeddings")
  }

  private func verifyBitsDoNotDependOnThreads() throws {
    let one = try Threads.$count.withValue(1) { try model.record(batch) }
    for count in [2, 5] {
      let many = try Threads.$count.withValue(count) { try model.record(batch) }
      for site in model.sites {
        #expect(
          try #require(many[site]).isBitEqual(to: try #require(one[site])),
          "\(name): \(site) on \(count) threads")
      }
    }
  }

  private func verifyBitsDoNotDependOnPacking() throws {
    let packed = try model.record(batch)
    for sequence in 0..<batch.sequenceCount {
      let alone = try model.record(TokenBatch(batch.sequence(sequence)))
      for site in model.sites {
        let (whole, part) = (try #require(packed[site]), try #require(alone[site]))
        let found =
          site.name.axes.first == .head
          ? whole.pattern(of: sequence, in: batch) : whole.rows(batch.rows(of: sequence))
        #expect(found.isBitEqual(to: part), "\(name): \(site) of sequence \(sequence) packed")
      }
    }
  }

  private func verifyRunsInParts() throws {
    let whole = try model.record(batch)
    for layer in 0...model.shape.layers {
      var tap = NoTap()
      let residual = try model.run(batch, until: .layer(layer), tap: &tap)
      let rest = try model.run(batch, from: .layer(layer, residual), tap: &tap)
      #expect(
        rest.isBitEqual(to: try #require(whole[.logits])), "\(name): started at layer \(layer)")
    }
  }

  private func verifyWeightsCanBeReadBack() throws {
    #expect(model.weights.parameterCount > 0)
    for name in model.weights.names {
      let weight = try #require(model.weights[name])
      #expect(try weight.tensor().shape == weight.shape, "\(self.name) \(name)")
    }
  }

  private func verifyReplacing() throws {
    let before = try model.logits(batch)
    for name in model.weights.names {
      let weight = try #require(model.weights[name])
      let same = model.replacing([name: try weight.tensor()])
      // Stored types narrower than Float32 widen exactly, so nothing may change.
      #expect(
        try same.logits(batch).isBitEqual(to: before), "\(self.name): \(name) put back unchanged")
      let other = try weight.tensor() * -1.5 + Tensor(repeating: 0.25, shape: weight.shape)
      let changed = model.replacing([name: other])
      #expect(
        try !changed.logits(batch).isBitEqual(to: before) || isInert(name),
        "\(self.name): \(name) has no effect")
      #expect(
        try #require(try changed.weights.tensor(name)).isBitEqual(to: other))
    }
    #expect(try model.logits(batch).isBitEqual(to: before), "\(name): the model itself changed")
  }

  /// Weights that change no logit by construction: a softmax does not see a bias of all its keys.
  private func isInert(_ name: String) -> Bool {
    name.hasSuffix("k_proj.bias") || name.hasSuffix("b_K") || name.hasSuffix("W_pos")
  }
}
