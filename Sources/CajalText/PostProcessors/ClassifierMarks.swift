// SPDX-License-Identifier: Apache-2.0

/// A token in front of a text and one behind it: `BertProcessing` and `RobertaProcessing`.
struct ClassifierMarks: Sendable {
  private let first: Int
  private let separator: Int
  /// Whether stretches behind the first have a separator in front, too.
  private let isDoubled: Bool

  /// Reads `{"sep": ["[SEP]", 102], "cls": ["[CLS]", 101]}`.
  init(_ fields: inout JSONFields, _ names: TokenNames, isDoubled: Bool) throws(TextError) {
    first = try Self.token("cls", &fields, names)
    separator = try Self.token("sep", &fields, names)
    self.isDoubled = isDoubled
  }

  private static func token(
    _ key: String, _ fields: inout JSONFields, _ names: TokenNames
  ) throws(TextError) -> Int {
    let path = fields.path(of: key)
    let pair = try fields.take(key).array(path)
    guard pair.count == 2 else {
      throw TextError(.malformed, "“\(path)” must be a token and its number")
    }
    _ = try pair[0].string(path)
    return try names.existing(pair[1], path)
  }

  /// Puts the tokens around each stretch.
  func apply(to segments: inout [TokenSegment]) {
    for index in segments.indices {
      let before = index == 0 ? [first] : isDoubled ? [separator] : []
      segments[index].surround(before: before, after: [separator])
    }
  }
}
