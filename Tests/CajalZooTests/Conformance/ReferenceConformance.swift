// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import CajalTestSupport
import Testing

/// The largest error allowed, relative to the largest value of each expected tensor.
let referenceTolerance: Float = 2e-5

extension ReferenceModel {
  /// Checks that the model computes what the reference implementation computes: logits, layer inputs,
  /// attention patterns, loss and greedy tokens, all rows packed in one run.
  func verifyAgainstReference() throws {
    let (model, expected) = (try load(), try expected())
    let batch = try expected.batch
    let trace = try model.record(batch)
    let layers = model.shape.layers
    func compare(_ found: Tensor?, _ name: String) throws {
      guard let wanted = try expected.packed(name) else { return }
      expectRelativelyClose(
        try #require(found), wanted, "\(testDescription) \(name)")
    }
    try compare(trace[.logits], "logits")
    for index in 0..<layers { try compare(trace[.residualPre, layer: index], "hidden.\(index)") }
    try compare(trace[.finalNormalized], "hidden.\(layers)")
    for index in 0..<layers {
      let found = try #require(trace[.attentionPattern, layer: index])
      for row in expected.rows.indices {
        guard let wanted = try expected.pattern(index, row: row) else { continue }
        let part = found.pattern(of: row, in: batch)
        expectRelativelyClose(part, wanted, "\(testDescription) pattern.\(index) of row \(row)")
      }
    }
    try verifyLossAndGreedy(model, expected, logits: try #require(trace[.logits]))
    try verifySites(trace, expected)
  }

  private func verifyLossAndGreedy(
    _ model: any LanguageModel, _ expected: Expected, logits: Tensor
  ) throws {
    let batch = try expected.batch
    var losses: [Double] = []
    for row in 0..<batch.sequenceCount {
      let rows = batch.rows(of: row)
      let targets = batch.tokens[rows.dropFirst()]
      losses += crossEntropy(
        logits.rows(rows.lowerBound..<rows.upperBound - 1), targets: Array(targets))
    }
    if let loss = try expected.tensor("loss")?.array.first {
      let found = Float(losses.reduce(0, +) / Double(losses.count))
      #expect(abs(found - loss) <= referenceTolerance * abs(loss), "\(testDescription) loss")
    }
    guard let greedy = try expected.integers("greedy") else { return }
    var tokens = expected.rows[0]
    for _ in greedy {
      tokens.append(try model.logits(TokenBatch(tokens)).argmax().last ?? -1)
    }
    #expect(Array(tokens.suffix(greedy.count)) == greedy, "\(testDescription) greedy tokens")
  }

  /// Values inside a layer, where the fixture has them: `site.<name>` of row 0.
  private func verifySites(_ trace: Trace, _ expected: Expected) throws {
    let rows = trace.batch.rows(of: 0)
    // Two places of TransformerLens that are no sites here: inside the final norm and before the norm
    // of a softmax linear unit.
    let unsited = ["ln_final.hook_normalized", "mlp.hook_mid"]
    for name in expected.names
    where name.hasPrefix("site.") && !unsited.contains(where: { name.hasSuffix($0) }) {
      let site = try Site(parsing: String(name.dropFirst(5)))
      let wanted = try #require(try expected.tensor(name))
      let whole = try #require(trace[site], "\(testDescription) has no \(site)")
      let found =
        site.name.axes.first == .head
        ? whole.pattern(of: 0, in: trace.batch) : whole.rows(rows)
      expectRelativelyClose(
        found.reshaped(wanted.shape), wanted, "\(testDescription) \(name)")
    }
  }
}

extension Tensor {
  /// The part of a pattern or of scores, [H, N, longest], that belongs to one sequence: [H, T, T].
  func pattern(of sequence: Int, in batch: TokenBatch) -> Tensor {
    let rows = batch.rows(of: sequence)
    let (heads, count, longest, length) = (shape[0], shape[1], shape[2], rows.count)
    return withFloats { floats in
      Tensor(shape: [heads, length, length]) { out in
        for h in 0..<heads {
          for i in 0..<length {
            for j in 0..<length {
              out[(h * length + i) * length + j] =
                floats[(h * count + rows.lowerBound + i) * longest + j]
            }
          }
        }
      }
    }
  }
}

/// Expects every element within a tolerance relative to the largest expected value.
func expectRelativelyClose(
  _ found: Tensor, _ wanted: Tensor, _ what: String, tolerance: Float = referenceTolerance,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard found.shape == wanted.shape else {
    Issue.record(
      "\(what): shape \(found.shape), not \(wanted.shape)", sourceLocation: sourceLocation)
    return
  }
  let (a, b) = (found.array, wanted.array)
  let largest = b.reduce(Float(0)) { max($0, abs($1)) }
  var worst: (index: Int, error: Float) = (0, 0)
  for index in a.indices {
    // Both minus infinity, as in scores beyond the sequence.
    if a[index] == b[index] { continue }
    let error = abs(a[index] - b[index])
    if !(error <= worst.error) { worst = (index, error.isNaN ? .infinity : error) }
  }
  let bound = tolerance * max(largest, .leastNormalMagnitude)
  if worst.error > bound {
    let error = worst.error / max(largest, .leastNormalMagnitude)
    let text =
      "\(what): element \(worst.index) is \(a[worst.index]), not \(b[worst.index]): "
      + "error \(error) of the largest value \(largest)"
    Issue.record(Comment(rawValue: text), sourceLocation: sourceLocation)
  }
}
