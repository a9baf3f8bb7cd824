// SPDX-License-Identifier: Apache-2.0

/// A stretch of text between added tokens, cut into the pieces that the model reads one by one.
struct PreTokens: Sendable {
  /// The text; a step may rewrite it.
  var text: AlignedText
  /// Spans of the bytes of ``text``, in order; what lies between two is left out.
  var pieces: [ByteSpan]

  /// One piece over everything, or none over nothing.
  init(_ text: AlignedText) {
    self.text = text
    pieces = text.bytes.isEmpty ? [] : [ByteSpan(0..<text.bytes.count)]
  }
}

/// A step that changes a text before it is cut.
protocol NormalizationStep: Sendable {
  func apply(to text: inout AlignedText) throws(TextError)
}

/// A step that cuts pieces smaller, each by itself.
protocol PreTokenizationStep: Sendable {
  func apply(to tokens: inout PreTokens) throws(TextError)
}
