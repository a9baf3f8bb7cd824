// SPDX-License-Identifier: Apache-2.0

/// `Prepend`: some text in front of every text that is not empty; it stands for the first character.
struct PrependNormalizer: NormalizationStep {
  let prefix: [UInt8]

  func apply(to text: inout AlignedText) {
    text.rewrite { text in
      guard text.remaining > 0 else { return }
      let length = lengthOfScalar(beginningWith: text.old[0])
      let first = text.old[..<length]
      if prefix.isEmpty {
        // The reference then takes the first character for an inserted one.
        text.put(first, replacing: 0)
        text.drop(length)
      } else {
        text.put(prefix + first, replacing: length)
      }
    }
  }
}
