// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import CajalTestSupport
import Foundation
import Testing

/// Rotary frequencies against those of transformers (`modeling_rope_utils`), written by
/// `dev/fixtures/make_rotary_cases.py`, and against closed forms.
struct RotaryScalingTests {
  /// One call of a function of transformers, and what it returned.
  struct Case: Decodable, CustomTestStringConvertible {
    let kind: String
    let base: Double
    let width, context, length: Int
    let parameters: Parameters
    let frequencies: [Double]
    let factor: Double

    var testDescription: String { "\(kind), base \(base), length \(length)" }

    /// Its parameters, under the names of configurations.
    struct Parameters: Decodable {
      let factor: Double
      let low_freq_factor, high_freq_factor, beta_fast, beta_slow, attention_factor: Double?
      let original_max_position_embeddings: Int?
      let short_factor, long_factor: [Double]?
      let truncate: Bool?
    }

    /// The scaling that the parameters mean.
    func scaling() throws -> RotaryScaling {
      let given = parameters
      let original = given.original_max_position_embeddings ?? context
      switch kind {
      case "linear": return .linear(factor: given.factor)
      case "dynamic": return .dynamic(factor: given.factor, context: context)
      case "llama3":
        return .llama3(
          .init(
            factor: given.factor, low: try #require(given.low_freq_factor),
            high: try #require(given.high_freq_factor), context: original))
      case "yarn":
        return .yarn(
          .init(
            factor: given.factor, context: original, fast: given.beta_fast ?? 32,
            slow: given.beta_slow ?? 1,
            attentionFactor: given.attention_factor ?? 0.1 * log(given.factor) + 1,
            truncated: given.truncate ?? true))
      default:
        // Equation (6) of the paper.
        let factor = (1 + log(given.factor) / log(Double(original))).squareRoot()
        return .longrope(
          .init(
            short: try #require(given.short_factor), long: try #require(given.long_factor),
            context: original, attentionFactor: factor))
      }
    }
  }

  private struct File: Decodable { let cases: [Case] }

  static let cases: [Case] = {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "dev/fixtures/rotary-cases.json")
    let file = try? JSONDecoder().decode(File.self, from: Data(contentsOf: url))
    return file?.cases ?? []  // Nothing read fails the test that counts the kinds.
  }()

  @Test func `every kind of scaling has a case`() {
    #expect(
      Set(Self.cases.map(\.kind)) == ["linear", "dynamic", "llama3", "yarn", "longrope"])
  }

  @Test(arguments: cases)
  func `frequencies are those of transformers`(_ item: Case) throws {
    let (frequencies, factor) = try item.scaling().frequencies(
      width: item.width, base: item.base, length: item.length)
    #expect(frequencies.count == item.width / 2)
    for (index, pair) in zip(frequencies, item.frequencies).enumerated() {
      #expect(
        abs(Double(pair.0) - pair.1) <= 4e-7 * pair.1,
        "frequency \(index) is \(pair.0), in transformers \(pair.1)")
    }
    #expect(abs(factor - item.factor) < 1e-12)
  }

  @Test func `unscaled frequencies are powers of the base`() {
    // θ = 16 and 8 components: 16^0, 16^(−1/4), 16^(−1/2), 16^(−3/4).
    let (frequencies, factor) = RotaryScaling.none.frequencies(width: 8, base: 16, length: 3)
    #expect(frequencies == [1, 0.5, 0.25, 0.125])
    #expect(factor == 1)
    let linear = RotaryScaling.linear(factor: 4).frequencies(width: 8, base: 16, length: 3).0
    #expect(linear == [0.25, 0.125, 0.0625, 0.03125])
  }

  @Test func `a table turns by position times frequency, anew in every sequence`() throws {
    let run = Run(
      try batch(3, 2), RunOptions(), rotary: [RotaryEmbedding(width: 4, base: 16)])
    let table = try #require(run.rotary.first)
    let angles: [Double] = [0, 0, 1, 0.25, 2, 0.5, 0, 0, 1, 0.25]
    #expect(table.cosine.shape == [5, 2])
    expectClose(table.cosine, angles.map { cos($0) }, tolerance: 1e-7)
    expectClose(table.sine, angles.map { sin($0) }, tolerance: 1e-7)
  }

  @Test func `each sequence of a batch has the frequencies of its own length`() throws {
    let scaling = RotaryScaling.dynamic(factor: 2, context: 2)
    let rotary = RotaryEmbedding(width: 4, base: 16, scaling: scaling)
    let packed = Run(try batch(2, 6), RunOptions(), rotary: [rotary]).rotary[0]
    let short = Run(try batch(2), RunOptions(), rotary: [rotary]).rotary[0]
    let long = Run(try batch(6), RunOptions(), rotary: [rotary]).rotary[0]
    #expect(packed.sine.rows(0..<2).isBitEqual(to: short.sine))
    #expect(packed.sine.rows(2..<8).isBitEqual(to: long.sine))
    #expect(!long.sine.rows(0..<2).isBitEqual(to: short.sine))
  }

  @Test func `the attention factor multiplies both tables`() throws {
    let scaling = RotaryScaling.longrope(
      .init(short: [1, 1], long: [1, 1], context: 8, attentionFactor: 1.5))
    let rotary = RotaryEmbedding(width: 4, base: 16, scaling: scaling)
    let table = Run(try batch(2), RunOptions(), rotary: [rotary]).rotary[0]
    expectClose(
      table.cosine, [1.5, 1.5, 1.5 * cos(1), 1.5 * cos(0.25)], tolerance: 1e-7)
    expectClose(table.sine, [0, 0, 1.5 * sin(1), 1.5 * sin(0.25)], tolerance: 1e-7)
  }
}
