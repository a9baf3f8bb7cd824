// SPDX-License-Identifier: Apache-2.0

/// Rewrites a text before it is cut into pieces: `Prepend`, `Replace` and sequences of them.
struct Normalizer: Sendable {
  private enum Step {
    case prepend([UInt8])
    case replace(ByteReplacement)
  }

  private let steps: [Step]

  /// Reads the member `normalizer`.
  init(_ value: JSONValue) throws(TextError) {
    var steps: [Step] = []
    var replacements: [ByteReplacement] = []
    for (type, fields) in try TypedComponent.flattened(value, "normalizer", list: "normalizers") {
      var fields = fields
      switch type {
      case "Prepend":
        steps.append(.prepend(Array(try fields.takeString("prepend").utf8)))
        try fields.close()
      case "Replace":
        let replacement = try ByteReplacement(fields)
        replacements.append(replacement)
        steps.append(.replace(replacement))
      default: throw TypedComponent.unknown(type, fields.path)
      }
    }
    try ByteReplacement.limitGrowth(replacements, "normalizer")
    self.steps = steps
  }

  /// The text as the vocabulary spells it; an empty text stays empty.
  func normalized(_ text: [UInt8]) -> [UInt8] {
    var text = text
    for step in steps {
      switch step {
      case .prepend(let prefix): if !text.isEmpty { text = prefix + text }
      case .replace(let replacement): text = replacement.applied(to: text)
      }
    }
    return text
  }
}
