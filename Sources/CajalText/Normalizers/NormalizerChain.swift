// SPDX-License-Identifier: Apache-2.0

/// Rewrites a text before it is cut into pieces: `Prepend`, `Replace` and sequences of them.
struct NormalizerChain: Sendable {
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

  /// Makes the text what the vocabulary spells; an empty text stays empty.
  func apply(to text: inout AlignedText) throws(TextError) {
    for step in steps {
      switch step {
      case .prepend(let prefix):
        guard !text.bytes.isEmpty else { continue }
        text.rewrite { text in
          text.put(prefix, replacing: 0)
        }
      case .replace(let replacement):
        text.rewrite { text in
          while text.remaining > 0 {
            if text.old[text.position...].starts(with: replacement.pattern) {
              text.put(replacement.content, replacing: replacement.pattern.count)
            } else {
              text.keep(1)
            }
          }
        }
      }
    }
  }
}
