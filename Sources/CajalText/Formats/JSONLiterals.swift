// SPDX-License-Identifier: Apache-2.0

/// Values written down in code: files of other layouts are put into the terms of a `tokenizer.json`.
extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  init(nilLiteral: ()) { self = .null }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(integerLiteral value: Int) { self = .integer(value) }
  init(stringLiteral value: String) { self = .string(value) }
  init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { JSONMember(key: $0.0, value: $0.1) })
  }
}

extension JSONValue {
  /// The whole of a `tokenizer.json`; decoder and model always have to be given.
  static func tokenizer(
    normalizer: JSONValue = nil, preTokenizer: JSONValue = nil, postProcessor: JSONValue = nil,
    decoder: JSONValue, model: JSONValue
  ) -> JSONValue {
    [
      "version": "1.0", "normalizer": normalizer, "pre_tokenizer": preTokenizer,
      "post_processor": postProcessor, "decoder": decoder, "model": model,
    ]
  }

  /// The step of a byte-level pre-tokenizer, post-processor or decoder.
  static func byteLevel(
    addsPrefixSpace: Bool = false, trimsOffsets: Bool = true, usesPattern: Bool = true
  ) -> JSONValue {
    [
      "type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace),
      "trim_offsets": .bool(trimsOffsets), "use_regex": .bool(usesPattern),
    ]
  }

  /// Pieces cut by a pattern of one's own, then taken as bytes.
  static func byteLevel(pattern: String, addsPrefixSpace: Bool = false) -> JSONValue {
    let split: JSONValue = [
      "type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated",
      "invert": false,
    ]
    return [
      "type": "Sequence",
      "pretokenizers": [split, byteLevel(addsPrefixSpace: addsPrefixSpace, usesPattern: false)],
    ]
  }

  /// A template with at most one token on each side.
  static func template(before: (token: String, id: Int)?, after: (token: String, id: Int)?)
    -> JSONValue
  {
    template(before: before.map { [$0] } ?? [], after: after.map { [$0] } ?? [])
  }

  /// A template with tokens on both sides.
  static func template(before: [(token: String, id: Int)], after: [(token: String, id: Int)])
    -> JSONValue
  {
    func parts(_ marks: [(token: String, id: Int)]) -> [JSONValue] {
      marks.map { ["SpecialToken": ["id": .string($0.token), "type_id": 0]] }
    }
    let text: JSONValue = ["Sequence": ["id": "A", "type_id": 0]]
    let single = parts(before) + [text] + parts(after)
    var names: Set<String> = []
    let special = (before + after).filter { names.insert($0.token).inserted }.map { mark in
      JSONMember(
        key: mark.token,
        value: [
          "id": .string(mark.token), "ids": [.integer(mark.id)], "tokens": [.string(mark.token)],
        ])
    }
    return [
      "type": "TemplateProcessing", "single": .array(single), "pair": .array(single),
      "special_tokens": .object(special),
    ]
  }
}
