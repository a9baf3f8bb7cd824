// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import Crypto
import Foundation

/// What every chapter of a scan works with.
struct ScanContext {
  let subject: Subject
  let description: ModelDescription
  let digest: String
  let isStandIn: Bool
  /// A text of the person's own, beside the built-in ones.
  let ownText: NamedText?
  let seed: UInt64
  let job: Job

  /// A finding with its provenance.
  ///
  /// `options` are the options as they were used, by name.
  func finding(
    _ card: MethodCard, _ summary: String, options: [String: JSONValue] = [:],
    inputs: [Provenance.Input] = [], evidence: [Evidence]
  ) -> Finding {
    let provenance = Provenance(
      checkpointDigest: digest, options: .object(options), seed: seed, version: Program.version,
      inputs: inputs)
    return Finding(
      card: card, summary: summary, provenance: provenance.dated(Date()), evidence: evidence)
  }
}

/// A text with what people call it.
public struct NamedText: Sendable, Equatable {
  /// A file's name.
  public var name: String
  /// The text.
  public var text: String

  /// A text under a name.
  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }

  /// What identifies the text in a finding: its name and digest, and the text itself where it is short.
  var input: Provenance.Input {
    let digest = SHA256.hash(data: Data(text.utf8))
    return Provenance.Input(
      name: name, digest: "sha256:" + digest.map { String(format: "%02x", $0) }.joined(),
      content: text.utf8.count <= 2000 ? text : nil)
  }
}

/// A part of the check-up: one file in `Chapters`, one line in ``Scan``.
protocol ScanChapter {
  /// The heading.
  static var title: String { get }
  /// What the chapter asks and how to read it.
  static var introduction: String { get }
  /// What it found.
  static func content(_ context: ScanContext) throws -> ChapterContent
}

/// What a chapter found.
struct ChapterContent {
  /// The findings, in reading order.
  var findings: [Finding]
  /// What is striking, in sentences for people who know nothing of models.
  var remarks: [String] = []
}
