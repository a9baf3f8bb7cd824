// SPDX-License-Identifier: Apache-2.0
package import CajalModel
import CajalTensor

/// A forward pass over one sequence, with logits at every position.
package struct ForwardWork: Work {
  /// What is kept of it.
  package enum Recording: String, Sendable, CaseIterable, Codable {
    /// Nothing but the logits.
    case none
    /// The residual stream before, within and after every layer.
    case residuals
    /// What `all` keeps, without scores and patterns of attention.
    case withoutAttention = "without-attention"
    /// Whatever TransformerLens's `run_with_cache` keeps.
    case all
  }

  private let model: any LanguageModel
  private let batch: TokenBatch
  private let wanted: Set<Site>
  package let recorded: [String]

  /// A pass over so many tokens.
  package init(
    _ model: any LanguageModel, tokens: Int, recording: Recording = .none
  ) throws {
    self.model = model
    batch = try TokenBatch(
      BenchmarkTokens.tokens(tokens, vocabulary: model.shape.vocabulary))
    let cached = try CachedSites(of: model)
    let wanted = Self.sites(recording, among: cached.sites)
    self.wanted = wanted
    recorded = cached.names.filter { wanted.contains($0.site) }.map(\.name)
  }

  /// The sites that are kept of all that could be.
  private static func sites(_ recording: Recording, among all: Set<Site>) -> Set<Site> {
    switch recording {
    case .none: []
    case .residuals:
      all.filter { [.residualPre, .residualMid, .residualPost].contains($0.name) }
    case .withoutAttention:
      all.filter { ![.attentionScores, .attentionPattern].contains($0.name) }
    case .all: all
    }
  }

  package var sizes: [String: Int] { ["tokens": batch.count, "sites": wanted.count] }

  package var operations: Double? {
    2 * Double(ProductWeights(of: model).count) * Double(batch.count)
  }

  package func perform() throws -> Outcome {
    var tap = Recorder(wanted)
    let logits = try model.run(batch, tap: &tap)
    let trace = tap.trace(of: batch)
    var bytes: [UInt: Int] = [:]
    for site in trace.sites {
      // Values that share their memory, as a layer's end and the next one's beginning, count once.
      trace[site]?.withFloats { floats in
        bytes[UInt(bitPattern: floats.baseAddress)] = floats.count * MemoryLayout<Float>.stride
      }
    }
    return Outcome(recordedBytes: bytes.values.reduce(0, +)) { [layers = model.shape.layers] in
      var checks = ["logits": Self.sample(logits, row: logits.shape[0] - 1, step: 50)]
      if let pattern = trace[.attentionPattern, layer: layers - 1] {
        let rows = pattern.reshaped(pattern.shape[0] * pattern.shape[1], pattern.shape[2])
        checks["pattern"] = (1...pattern.shape[0]).flatMap { head in
          Self.sample(rows, row: head * pattern.shape[1] - 1, step: 8)
        }
      }
      return checks
    }
  }

  /// Every so-many-th number of a row.
  static func sample(_ matrix: Tensor, row: Int, step: Int) -> [Double] {
    stride(from: 0, to: matrix.shape[1], by: step).map { Double(matrix[row, $0]) }
  }
}
