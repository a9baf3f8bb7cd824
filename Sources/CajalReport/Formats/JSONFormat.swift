// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// The findings as data, for other programs.
public struct JSONFormat: ReportFormat {
  /// The usual ending, `json`.
  public var fileExtension: String { "json" }

  /// Creates the format; it has no options.
  public init() {}

  /// The report's ``Report/document``, keys sorted.
  public func render(_ report: Report) throws(ReportError) -> String {
    do {
      return String(decoding: try report.document.json(), as: UTF8.self)
    } catch {
      throw ReportError(code: .unencodable, message: error.message, cause: error)
    }
  }
}

extension ReportFormat where Self == JSONFormat {
  /// The findings as data.
  public static var json: JSONFormat { JSONFormat() }
}
