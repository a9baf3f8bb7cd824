// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalTestSupport
import CajalWorkbench
import Foundation
import Testing

struct MetricParsingTests {
  /// A model whose tokenizer knows nine words and two marks, in the order of their numbers.
  private static func withSubject<Result>(_ body: (Subject) throws -> Result) throws -> Result {
    let folder = try TemporaryFolder.withStandIn()
    let words = ["<unk>", "Mary", "▁Mary", "John", ",", "7", "\n", "\t", "\\", "▁", "y"]
    let vocabulary = try words.enumerated().map {
      let word = String(decoding: try JSONEncoder().encode($0.element), as: UTF8.self)
      return "\(word): \($0.offset)"
    }.joined(separator: ", ")
    try folder.write(
      """
      {"version": "1.0", "added_tokens": [], "normalizer":
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
       "pre_tokenizer": null, "post_processor": null, "decoder": null,
       "model": {"type": "BPE", "vocab": {\(vocabulary), "M": 11, "a": 12, "r": 13, "J": 14,
         "o": 15, "h": 16, "n": 17, "Ma": 18, "ry": 19, "Jo": 20, "hn": 21},
         "merges": ["M a", "r y", "Ma ry", "▁ Mary", "J o", "h n", "Jo hn"],
         "unk_token": "<unk>", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false}}
      """, to: "tokenizer.json")
    return try body(try Subject.open(folder.url.path))
  }

  @Test(arguments: [
    ("loss", "loss"), ("logit:257", "logit:257"), ("logit:Mary", "logit:1"),
    ("logit: Mary", "logit:2"), ("logprob:John", "logprob:3"),
    ("difference:Mary,John", "difference:1,3"),
    ("difference: Mary,7", "difference:2,7"), ("logit:\\,", "logit:4"), ("logit:5", "logit:5"),
    ("logit:\\7", "logit:5"), ("logit:\\n", "logit:6"), ("logit:\\t", "logit:7"),
    ("logit:\\\\", "logit:8"), ("logit:\\", "logit:8"), ("difference:\\,,\\n", "difference:4,6"),
  ])
  func `a metric is read by numbers and by texts of one token`(text: String, expected: String)
    throws
  {
    let metric = try Self.withSubject { try Metric(parsing: text, for: $0) }
    #expect(metric.description == expected)
  }

  @Test(arguments: [
    ("", "there is no metric ''"), ("losses", "there is no metric 'losses'"),
    ("loss:1", "there is no metric 'loss:1'"), ("logit", "there is no metric 'logit'"),
    ("logit:1,2", "names 2 tokens"), ("difference:Mary", "names 1 token;"),
    ("difference:1,2,3", "names 3 tokens"), ("logit:", "is empty"), ("difference:1,", "is empty"),
    ("logit:258", "this model answers in 0 to 257"),
    ("logit:99999999999999999999", "does not exist"),
    ("difference:Mary,1", "subtracts token 1 from itself"),
    ("logit:MaryJohn", "'MaryJohn' is not one token but 2: Mary (1) John (3)"),
  ])
  func `what cannot be read is refused with the reason`(text: String, reason: String) throws {
    try Self.withSubject { subject in
      let error = #expect(throws: WorkbenchError.self) { try Metric(parsing: text, for: subject) }
      #expect(error?.code == .input)
      #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }
  }
}
