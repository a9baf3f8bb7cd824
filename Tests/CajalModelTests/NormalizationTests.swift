// SPDX-License-Identifier: Apache-2.0
import CajalCheckpoint
import CajalModel
import CajalTensor
import CajalTestSupport
import Testing

/// Norms against the same formula in Float64.
struct NormalizationTests {
  private static let x = Philox(seed: 4).normals(shape: [3, 8], scale: 3)
  private static let gain = Philox(seed: 5).normals(shape: [8])
  private static let bias = Philox(seed: 6).normals(shape: [8])

  /// The denominators and the outputs over rows of `width`.
  private func reference(
    _ kind: Normalization.Kind, _ x: [Float], width: Int, epsilon: Double,
    gain: (Int) -> Double = { _ in 1 }, bias: (Int) -> Double = { _ in 0 }
  ) -> (scale: [Double], normalized: [Double], output: [Double]) {
    var result: (scale: [Double], normalized: [Double], output: [Double]) = ([], [], [])
    for start in stride(from: 0, to: x.count, by: width) {
      let row = x[start..<start + width].map(Double.init)
      let mean = kind == .layerNorm ? row.reduce(0, +) / Double(width) : 0
      let square = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      let scale = (square + epsilon).squareRoot()
      result.scale.append(scale)
      for (offset, value) in row.enumerated() {
        let normalized = (value - mean) / scale
        result.normalized.append(normalized)
        result.output.append(normalized * gain(start + offset) + bias(start + offset))
      }
    }
    return result
  }

  private func norms(_ kind: Normalization.Kind) -> [Normalization] {
    let bias = kind == .layerNorm ? Parameter(constant: Self.bias) : nil
    return [
      Normalization(kind, gain: Parameter(constant: Self.gain), bias: bias, epsilon: 1e-5),
      Normalization(kind, gain: Parameter(constant: Self.gain), epsilon: 0.5),
      Normalization(kind, epsilon: 1e-12),
    ]
  }

  @Test(arguments: [Normalization.Kind.layerNorm, .rootMeanSquare])
  func `a norm is its formula, watched or not`(_ kind: Normalization.Kind) throws {
    for norm in norms(kind) {
      let wanted = reference(
        kind, Self.x.array, width: 8, epsilon: norm.epsilon,
        gain: { Double(norm.gain?.values.array[$0 % 8] ?? 1) },
        bias: { Double(norm.bias?.values.array[$0 % 8] ?? 0) })
      let plain = norm(Self.x, try run(3))
      expectClose(plain, wanted.output, tolerance: 1e-6)
      var recorder = Recorder()
      let watched = norm(Self.x, .attention, layer: 2, try run(3), &recorder)
      #expect(watched.isBitEqual(to: plain), "watching changed bits")
      let trace = recorder.trace(of: try batch(3))
      #expect(trace.sites == norm.sites(.attention, layer: 2))
      expectClose(
        try #require(trace[.attentionNormScale, layer: 2]), wanted.scale, tolerance: 1e-6)
      expectClose(
        try #require(trace[.attentionNormalized, layer: 2]), wanted.normalized, tolerance: 1e-6)
      #expect(trace[.attentionInput, layer: 2]?.array == plain.array)
    }
  }

  @Test func `no norm hands its value on and has one site`() throws {
    var recorder = Recorder()
    let output = Normalization.none(Self.x, .mlp, layer: 0, try run(3), &recorder)
    #expect(output.isBitEqual(to: Self.x))
    #expect(recorder.visits.map(\.site) == [Site(.mlpInput, layer: 0)])
    #expect(Normalization.none.sites(.mlp, layer: 0) == [Site(.mlpInput, layer: 0)])
  }

  @Test func `a changed denominator divides`() throws {
    let norm = Normalization(.rootMeanSquare, epsilon: 1e-5)
    let batch = try batch(3)
    var tap = InterventionTap(
      [Intervention(.set(Tensor([2], shape: [1])), at: Site(.finalNormScale))], batch: batch)
    let output = norm(Self.x, .final, try run(3), &tap)
    try tap.finish()
    expectClose(output, Self.x.array.map { Double($0) / 2 }, tolerance: 1e-7)
  }

  // MARK: Heads

  /// What a norm of queries makes of [N, 2, 4]: seen at `queryRotated`, behind the identity as the
  /// query projection.
  private func normedQueries(_ norm: HeadNormalization) throws -> Tensor {
    let identity = Tensor(
      (0..<64).map { $0 % 9 == 0 ? Float(1) : 0 }, shape: [8, 8])
    let linear = try Linear(Weight("identity", identity))
    var attention = SelfAttention(
      query: linear, key: linear, value: linear, output: linear, heads: (2, 2),
      attention: CausalAttention(scale: 1))
    attention.queryNorm = norm
    var recorder = Recorder([Site(.queryRotated, layer: 0)])
    let run = Run(try batch(3), RunOptions())
    _ = attention(Self.x, layer: 0, run, &recorder)
    return try #require(recorder.visits.first?.value)
  }

  @Test(arguments: [Normalization.Kind.layerNorm, .rootMeanSquare])
  func `heads are normed each by itself or together`(_ kind: Normalization.Kind) throws {
    let (x, gain) = (Self.x.array, Self.gain.array)
    let small = Tensor(Array(gain[0..<4]), shape: [4])
    let shared = try normedQueries(
      HeadNormalization(
        Normalization(kind, gain: Parameter(constant: small), epsilon: 1e-5), over: .head))
    expectClose(
      shared.reshaped(3, 8),
      reference(kind, x, width: 4, epsilon: 1e-5, gain: { Double(gain[$0 % 4]) }).output,
      tolerance: 1e-6, "one gain for all heads")
    let own = try normedQueries(
      HeadNormalization(
        Normalization(kind, gain: Parameter(constant: Self.gain), epsilon: 1e-5), over: .head))
    expectClose(
      own.reshaped(3, 8),
      reference(kind, x, width: 4, epsilon: 1e-5, gain: { Double(gain[$0 % 8]) }).output,
      tolerance: 1e-6, "a gain for each head")
    let together = try normedQueries(
      HeadNormalization(
        Normalization(kind, gain: Parameter(constant: Self.gain), epsilon: 1e-5), over: .heads))
    expectClose(
      together.reshaped(3, 8),
      reference(kind, x, width: 8, epsilon: 1e-5, gain: { Double(gain[$0 % 8]) }).output,
      tolerance: 1e-6, "statistics over all heads")
  }
}
