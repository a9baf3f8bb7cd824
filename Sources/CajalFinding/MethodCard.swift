// SPDX-License-Identifier: Apache-2.0

/// What a method is called, what it measures, and where it comes from.
public struct MethodCard: Codable, Sendable, Equatable {
  /// The name in kebab-case, as on the command line: `activation-patching`.
  public var name: String
  /// One sentence: what the number means.
  public var summary: String
  /// Where the method was described: an address or a reference.
  public var source: String

  /// Creates a card.
  public init(name: String, summary: String, source: String) {
    self.name = name
    self.summary = summary
    self.source = source
  }
}
