// SPDX-License-Identifier: Apache-2.0

extension Evidence {
  /// Words, where nothing else fits.
  public struct Text: EvidenceContent {
    /// How the words are set.
    public enum Kind: String, Codable, Sendable {
      /// Sentences; an empty line separates paragraphs.
      case prose
      /// Verbatim, with its line breaks, as generated text or code.
      case verbatim
    }

    /// What one sees, in a few words.
    public var title: String
    /// What one sees and what it does not show, in sentences.
    public var caption: String
    /// The words.
    public var body: String
    /// How they are set.
    public var kind: Kind

    /// Creates a text.
    public init(title: String, caption: String, body: String, kind: Kind = .prose) {
      self.title = title
      self.caption = caption
      self.body = body
      self.kind = kind
    }
  }
}
