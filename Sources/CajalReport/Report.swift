// SPDX-License-Identifier: Apache-2.0
public import CajalFinding

/// Findings on one subject in an order people can read.
public struct Report: Sendable, Equatable {
  /// One line of the facts on the opening page.
  public struct Fact: Sendable, Equatable {
    /// What the fact is about: "Architecture".
    public var label: String
    /// The fact: "llama, 5 layers".
    public var value: String

    /// Creates a fact.
    public init(_ label: String, _ value: String) {
      self.label = label
      self.value = value
    }
  }

  /// Findings that belong together.
  public struct Chapter: Sendable, Equatable {
    /// The heading.
    public var title: String
    /// What the chapter asks and how to read it, in sentences.
    public var introduction: String
    /// The findings, in reading order.
    public var findings: [Finding]

    /// Creates a chapter.
    public init(title: String, introduction: String, findings: [Finding]) {
      self.title = title
      self.introduction = introduction
      self.findings = findings
    }
  }

  /// The heading of the whole: "Check-up of stories260K".
  public var title: String
  /// What was examined: the name of the model.
  public var subject: String
  /// The version of the program that found it.
  public var version: String
  /// What the reader should know first; one paragraph each.
  public var opening: [String]
  /// The subject in facts, for the opening page.
  public var facts: [Fact]
  /// The chapters, in reading order.
  public var chapters: [Chapter]
  /// The file beside the page that holds every number; nil where the page stands alone.
  public var companionFile: String? = "findings.json"

  /// Creates a report.
  public init(
    title: String, subject: String, version: String, opening: [String], facts: [Fact] = [],
    chapters: [Chapter]
  ) {
    self.title = title
    self.subject = subject
    self.version = version
    self.opening = opening
    self.facts = facts
    self.chapters = chapters
  }

  /// All findings of all chapters, as they are exchanged between programs.
  public var document: FindingsDocument {
    FindingsDocument(
      version: version, subject: subject, findings: chapters.flatMap(\.findings))
  }

  /// The report in a format: `report.rendered(as: .text(width: 80))`.
  ///
  /// - Throws: ``ReportError`` where the format cannot hold the report.
  public func rendered(as format: some ReportFormat) throws(ReportError) -> String {
    try format.render(self)
  }
}
