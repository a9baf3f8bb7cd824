// SPDX-License-Identifier: Apache-2.0

/// One result of one method on one model, with what it rests on.
public struct Finding: Codable, Sendable, Equatable {
  /// The method.
  public var card: MethodCard
  /// The result in one sentence, readable without the figures.
  public var summary: String
  /// What the result is a function of.
  public var provenance: Provenance
  /// The result as neutral shapes, in reading order.
  public var evidence: [Evidence]

  /// The options the method ran with, as the provenance records them.
  public var options: JSONValue { provenance.options }

  /// Creates a finding.
  public init(
    card: MethodCard, summary: String, provenance: Provenance, evidence: [Evidence] = []
  ) {
    self.card = card
    self.summary = summary
    self.provenance = provenance
    self.evidence = evidence
  }
}
