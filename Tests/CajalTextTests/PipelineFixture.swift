// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import CajalText

/// What the package `tokenizers` makes of random parts; written by dev/fixtures/make_pipeline_cases.py.
struct PipelineFixture: Decodable {
  struct Case: Decodable {
    struct Tokens: Decodable, Equatable {
      var ids: [Int]
      var offsets: [[Int]]
    }

    struct Text: Decodable {
      var text: String
      var plain: Tokens
      var marked: Tokens
    }

    struct Decoding: Decodable {
      var ids: [Int]
      var text: String
    }

    /// The members of the file without its braces.
    var members: String
    /// Its model, where that is not the usual one.
    var model: String?
    var texts: [Text]?
    var decoded: [Decoding]?
  }

  var model: String
  var cases: [Case]

  /// A file of the folder `Fixtures`; an environment variable may name another folder.
  init(_ name: String) throws {
    let other = ProcessInfo.processInfo.environment["CAJAL_TEXT_FIXTURES"]
    let data =
      try other.map { try Data(contentsOf: URL(fileURLWithPath: $0).appendingPathComponent(name)) }
      ?? TextFixture.bytes(name)
    self = try JSONDecoder().decode(PipelineFixture.self, from: data)
  }

  /// The bytes of the `tokenizer.json` of a case.
  func json(_ member: Case) -> [UInt8] {
    Array("{\(member.members),\"model\":\(member.model ?? model)}".utf8)
  }

  /// Runs all cases; a file that is refused is an issue.
  func verify(_ body: (TokenizerPipeline, Case) throws -> Void) throws {
    #expect(cases.count > 100)
    for member in cases {
      do {
        try body(try TokenizerPipeline(json: json(member)), member)
      } catch {
        Issue.record("\(error): \(member.members)")
      }
    }
  }
}

extension PipelineFixture.Case.Tokens {
  init(_ encoding: Encoding) {
    ids = encoding.ids
    offsets = encoding.offsets.map { [$0.lowerBound, $0.upperBound] }
  }
}

/// A multiplicative generator, so that a failure can be repeated.
struct RepeatableDice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 33)
  }
}
