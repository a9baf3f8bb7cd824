// SPDX-License-Identifier: Apache-2.0
import Foundation

@testable import CajalText

extension FuzzTarget {
  /// JSON alone. Whatever is read here, Foundation reads too.
  static let json = FuzzTarget("json") { input in
    guard (try? JSONParser.parse(input)) != nil else { return }
    let theirs = try? JSONSerialization.jsonObject(with: Data(input), options: .fragmentsAllowed)
    Property.hold(theirs != nil, "Foundation does not read this")
  }

  /// `tokenizer.json`; behind a zero byte a text to encode.
  static let tokenizerJSON = FuzzTarget("tokenizer-json") { input in
    let (file, text) = TwoParts.of(input)
    guard let tokenizer = try? TokenizerPipeline(json: file) else { return }
    let properties = TokenizerProperties(tokenizer)
    properties.holdForSamples()
    properties.hold(for: String(decoding: text, as: UTF8.self))
  }

  /// `tokenizer_config.json`, beside a small tokenizer.
  static let tokenizerConfiguration = FuzzTarget("tokenizer-config") { input in
    if let tokenizer = try? TokenizerPipeline(json: Array(small.utf8), configuration: input) {
      TokenizerProperties(tokenizer).holdForSamples()
    }
  }

  private static let small = """
    {"version": "1.0", "added_tokens": [{"id": 0, "content": "<s>", "single_word": false,
    "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
    "model": {"type": "WordLevel", "vocab": {"<s>": 0, "<unk>": 1, "Hello": 2}, "unk_token": "<unk>"},
    "pre_tokenizer": {"type": "Whitespace"}}
    """
}
