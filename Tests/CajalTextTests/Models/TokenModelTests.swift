// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import CajalText

struct TokenModelTests {
  struct Fixture: Decodable {
    struct Model: Decodable {
      struct Case: Decodable {
        var text: String
        var ids: [Int]?
        /// Begin and end of each token in bytes of the text, in turn; −1 where the reference goes
        /// astray.
        var spans: [Int]?
        var error: String?
      }

      var model: String
      var isByteLevel: Bool
      var cases: [Case]
      var refused: String?
    }

    var models: [Model]
  }

  /// The answers of the package `tokenizers`, written by dev/fixtures/make_token_models.py; more of
  /// them where the environment names a file.
  static func fixture() throws -> Fixture {
    let other = ProcessInfo.processInfo.environment["CAJAL_TOKEN_MODELS"]
    let data =
      try other.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
      ?? TextFixture.bytes("token-models.json")
    return try JSONDecoder().decode(Fixture.self, from: data)
  }

  static func model(_ json: String, isByteLevel: Bool) throws -> any TokenModel {
    try TokenModels.model(try JSONParser.parse(Array(json.utf8)), isByteLevel: isByteLevel)
  }

  /// The tokens of a text that is one piece.
  static func run(_ model: any TokenModel, _ text: [UInt8], wantsSpans: Bool = true) throws
    -> TokenRun
  {
    var run = TokenRun(wantsSpans: wantsSpans)
    try model.encode(PreTokens(AlignedText(text, isTracked: wantsSpans)), into: &run)
    return run
  }

  @Test func `random models of every kind do what the reference does`() throws {
    var compared = 0
    var refused = 0
    var errors = 0
    for one in try Self.fixture().models {
      if one.refused != nil {
        #expect(throws: TextError.self, "\(one.model)") {
          _ = try Self.model(one.model, isByteLevel: one.isByteLevel)
        }
        refused += 1
        continue
      }
      let model = try Self.model(one.model, isByteLevel: one.isByteLevel)
      for _ in 0..<2 {  // The second time from memory.
        for test in one.cases {
          let text = Array(test.text.utf8)
          guard let ids = test.ids, let spans = test.spans else {
            let error = #expect(throws: TextError.self) { try Self.run(model, text) }
            #expect(error?.code == .unencodable)
            errors += 1
            continue
          }
          let run = try Self.run(model, text)
          #expect(run.ids == ids, "\(test.text) \(one.model)")
          #expect(try Self.run(model, text, wantsSpans: false).ids == ids)
          let ours = run.spans.flatMap { [Int($0.start), Int($0.end)] }
          let agree =
            ours.count == spans.count && zip(ours, spans).allSatisfy { $1 < 0 || $0 == $1 }
          #expect(agree, "\(ours) \(spans) of \(test.text) \(one.model)")
          compared += 1
        }
      }
    }
    #expect(compared > 1000)
    #expect(refused > 1)
    #expect(errors > 10)
  }
}
