// SPDX-License-Identifier: Apache-2.0

extension Evidence {
  /// A text as tokens, each coloured by a value.
  ///
  /// Captions say "stronger colour", never "darker": on dark screens much is bright.
  public struct TokenStrip: EvidenceContent {
    /// One token.
    public struct Token: Codable, Sendable, Equatable {
      /// Its text, as the tokenizer gives it: spaces and control characters included.
      public var text: String
      /// The value its colour shows; nil where it has none, as the loss of the first token.
      @Numeric public var value: Double?
      /// More about it, shown when one points at it: "expected: mat (0.41)".
      public var note: String?

      /// Creates a token.
      public init(_ text: String, value: Double? = nil, note: String? = nil) {
        self.text = text
        self.value = value
        self.note = note
      }
    }

    /// What one sees, in a few words.
    public var title: String
    /// What one sees and what it does not show, in sentences.
    public var caption: String
    /// What the colour shows.
    public var valueAxis: Axis
    /// How values become colours.
    public var colors: ColorScale
    /// The tokens, in order.
    public var tokens: [Token]

    /// Creates a strip.
    public init(
      title: String, caption: String, valueAxis: Axis, colors: ColorScale = .sequential,
      tokens: [Token]
    ) {
      self.title = title
      self.caption = caption
      self.valueAxis = valueAxis
      self.colors = colors
      self.tokens = tokens
    }
  }
}
