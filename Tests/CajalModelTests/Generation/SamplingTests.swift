// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTensor
import Foundation
import Testing

/// Distributions against those that transformers' `generate` draws from, written by
/// `dev/fixtures/make_sampling_cases.py`, and against closed forms.
struct SamplingTests {
  /// Settings, and the probabilities of all tokens under them.
  struct Case: Decodable, CustomTestStringConvertible {
    let logits: String
    let temperature, top_p, min_p, repetition_penalty: Double?
    let top_k: Int?
    let probabilities: [Double]

    var sampling: Sampling {
      var sampling = Sampling()
      sampling.temperature = temperature ?? 1
      sampling.topK = top_k
      sampling.topP = top_p ?? 1
      sampling.minP = min_p ?? 0
      sampling.repetitionPenalty = repetition_penalty ?? 1
      return sampling
    }

    var testDescription: String { "\(logits) logits, \(sampling)" }
  }

  struct Cases: Decodable {
    let history: [Int]
    let logits: [String: [Float]]
    let cases: [Case]
  }

  static let fixture: Cases? = {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("dev/fixtures/sampling-cases.json")
    return try? JSONDecoder().decode(Cases.self, from: Data(contentsOf: url))
  }()

  private func row(_ logits: [Float]) -> Tensor { Tensor(logits, shape: [logits.count]) }

  @Test func `the cases of the reference can be read`() throws {
    #expect(try #require(Self.fixture).cases.count == 73)
  }

  @Test(arguments: fixture?.cases ?? [])
  func `the probabilities are those of the reference`(of example: Case) throws {
    let fixture = try #require(Self.fixture)
    let logits = row(try #require(fixture.logits[example.logits]))
    let found = try example.sampling.distribution(logits, after: fixture.history)
    var whole = [Double](repeating: 0, count: logits.count)
    for (token, probability) in zip(found.tokens, found.probabilities) {
      whole[Int(token)] = Double(probability)
    }
    #expect(found.tokens == found.tokens.sorted())
    for (token, expected) in example.probabilities.enumerated() {
      #expect(
        abs(whole[token] - expected) < 1e-6 && (whole[token] > 0) == (expected > 0),
        "token \(token): \(whole[token]), not \(expected)")
    }
  }

  @Test func `equal logits at the edge of top k stay, at the edge of top p the lowest stay`() throws
  {
    let logits = row([1, 3, 2, 2, 2, 0])
    var sampling = Sampling()
    sampling.topK = 2
    #expect(try sampling.distribution(logits, after: []).tokens == [1, 2, 3, 4])
    sampling.topK = nil
    // exp 3 : exp 2 is e : 1, so token 1 alone has 0.44 and with one of the equal ones 0.60.
    sampling.topP = 0.5
    #expect(try sampling.distribution(logits, after: []).tokens == [1, 2])
    sampling.topP = 0.7
    #expect(try sampling.distribution(logits, after: []).tokens == [1, 2, 3])
    #expect(try sampling.distribution(row([0, 0, -0.0, 0]), after: []).tokens == [0, 1, 2])
  }

  @Test func `settings at their ends keep one token or all`() throws {
    let logits = row([0.5, -1, 2, 1.5])
    func tokens(_ change: (inout Sampling) -> Void) throws -> [Int32] {
      var sampling = Sampling()
      change(&sampling)
      return try sampling.distribution(logits, after: []).tokens
    }
    #expect(try tokens { $0.topP = 0 } == [2])
    #expect(try tokens { $0.topP = 1 } == [0, 1, 2, 3])
    #expect(try tokens { $0.topK = 1 } == [2])
    #expect(try tokens { $0.topK = 1_000_000 } == [0, 1, 2, 3])
    #expect(try tokens { $0.minP = 0 } == [0, 1, 2, 3])
    #expect(try tokens { $0.minP = 1 } == [2])
    #expect(try tokens { $0.temperature = 0 } == [2])
  }

  @Test func `temperature 0 takes the likeliest after the penalty, of equal ones the lowest`()
    throws
  {
    #expect(try Sampling.greedy.next(row([1, 3, 3, 2]), after: [], step: 0) == 1)
    var sampling = Sampling.greedy
    sampling.repetitionPenalty = 2
    #expect(try sampling.next(row([1, 3, 2.5, 2]), after: [1], step: 0) == 2)
    #expect(try sampling.next(row([-1, -3, -1.5, -2]), after: [0], step: 0) == 2)
  }

  @Test func `minus infinity is never drawn`() throws {
    var sampling = Sampling()
    for k in [nil, 3] {
      sampling.topK = k
      for step in 0..<200 {
        let token = try sampling.next(
          row([-Float.infinity, 0, 0.5, -Float.infinity]), after: [], step: step)
        #expect(token == 1 || token == 2)
      }
    }
  }

  @Test(arguments: [
    ([0, Float.nan, 1], "not a number"), ([0, 1, Float.infinity], "token 2 is infinite"),
    ([-Float.infinity, -Float.infinity], "every logit is minus infinity"),
  ])
  func `logits that are no numbers are refused`(logits: [Float], reason: String) {
    for sampling in [Sampling(), .greedy] {
      let error = #expect(throws: ModelError.self) {
        try sampling.next(row(logits), after: [], step: 0)
      }
      #expect(error?.code == .sampling && error?.message.contains(reason) == true)
    }
  }

  @Test func `settings without a meaning are refused by name`() {
    func refusal(_ change: (inout Sampling) -> Void) -> String {
      var sampling = Sampling()
      change(&sampling)
      let error = #expect(throws: ModelError.self) { try sampling.check() }
      #expect(error?.code == .sampling)
      return error?.message ?? ""
    }
    for value in [-0.1, .nan, .infinity] {
      #expect(refusal { $0.temperature = value }.contains("temperature"))
    }
    #expect(refusal { $0.topK = 0 }.contains("top k"))
    for value in [-0.1, 1.1, .nan] {
      #expect(refusal { $0.topP = value }.contains("top p"))
      #expect(refusal { $0.minP = value }.contains("min p"))
    }
    for value in [0, -1, .nan, .infinity] {
      #expect(refusal { $0.repetitionPenalty = value }.contains("repetition penalty"))
    }
  }

  /// Pearson's test at 1e-4: with 9 degrees of freedom the statistic exceeds 33.72 once in ten
  /// thousand seeds (quantile of the chi-square distribution).
  @Test(arguments: [0, 1, 2] as [UInt64])
  func `draws follow the distribution`(seed: UInt64) throws {
    let logits = row([0, 1, -1, 2, 0.5, -0.5, 1.5, -2, 0.2, 0.9])
    var sampling = Sampling()
    sampling.seed = seed
    let distribution = try sampling.distribution(logits, after: [])
    let draws = 4000
    var counts = [Int](repeating: 0, count: 10)
    for step in 0..<draws {
      counts[try sampling.next(logits, after: [], sequence: 3, step: step)] += 1
    }
    let statistic = zip(counts, distribution.probabilities).reduce(0.0) { sum, pair in
      let expected = Double(pair.1) * Double(draws)
      return sum + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
    }
    #expect(statistic < 33.72, "\(counts)")
  }

  @Test func `a draw depends on seed, sequence and step alone`() throws {
    let logits = Tensor(repeating: 0, shape: [1, 1 << 16])
    var other = Sampling()
    other.seed = 1
    let first = try Sampling().next(logits, after: [1, 2], sequence: 0, step: 5)
    #expect(try Sampling().next(logits, after: [7], sequence: 0, step: 5) == first)
    #expect(try Sampling().next(logits, after: [], sequence: 1, step: 5) != first)
    #expect(try Sampling().next(logits, after: [], sequence: 0, step: 6) != first)
    #expect(try other.next(logits, after: [], sequence: 0, step: 5) != first)
  }

  @Test func `a large vocabulary is cut like a sorted one`() throws {
    let logits = Philox(seed: 4).normals(shape: [20_000], scale: 3)
    let order = logits.array.enumerated().sorted {
      ($1.element, $0.offset) < ($0.element, $1.offset)
    }
    var sampling = Sampling()
    sampling.topK = 777
    #expect(
      try sampling.distribution(logits, after: []).tokens
        == order.prefix(777).map { Int32($0.offset) }.sorted())
    sampling.topK = nil
    sampling.topP = 0.9
    let total = order.reduce(0.0) { $0 + exp(Double($1.element)) }
    var (kept, sum): ([Int32], Double) = ([], 0)
    for (token, logit) in order where sum < 0.9 * total {
      kept.append(Int32(token))
      sum += exp(Double(logit))
    }
    #expect(try sampling.distribution(logits, after: []).tokens == kept.sorted())
  }
}
