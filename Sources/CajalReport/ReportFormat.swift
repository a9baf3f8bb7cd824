// SPDX-License-Identifier: Apache-2.0

/// A form in which a report is read.
public protocol ReportFormat: Sendable {
  /// The usual ending of file names in this format, without the dot.
  var fileExtension: String { get }

  /// The whole report as text in this format.
  ///
  /// - Throws: ``ReportError`` where the format cannot hold the report.
  func render(_ report: Report) throws(ReportError) -> String
}
