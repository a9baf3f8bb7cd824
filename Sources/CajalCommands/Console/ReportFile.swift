// SPDX-License-Identifier: Apache-2.0
import CajalReport
import CajalWorkbench
import Foundation

/// The file a report goes to; its ending says in which form.
struct ReportFile {
  /// The path as it was given.
  let path: String
  private let format: any ReportFormat

  /// Refuses what cannot be replaced by a file, and endings without a form.
  ///
  /// - Throws: `WorkbenchError.output`.
  init(_ path: String) throws(WorkbenchError) {
    let formats: [any ReportFormat] = [.html, .markdown, .json, .text]
    let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
    self.path = try OutputFile(path, example: "report.html").path
    guard let format = formats.first(where: { $0.fileExtension == ending }) else {
      throw WorkbenchError(
        .output,
        "\(path): a report ends in \(formats.map { "." + $0.fileExtension }.joined(separator: ", "))"
      )
    }
    self.format = format
  }

  /// Writes the report; the file appears whole or not at all, and replaces an older one.
  func write(_ report: Report) throws {
    try Report.writeAtomically(
      Data(report.rendered(as: format).utf8), to: URL(fileURLWithPath: path))
  }
}
