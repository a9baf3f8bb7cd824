// SPDX-License-Identifier: Apache-2.0

/// One self-contained page: no script, no font, no image from anywhere else.
public struct HTMLFormat: ReportFormat {
  /// The usual ending, `html`.
  public var fileExtension: String { "html" }

  /// Creates the format; it has no options.
  public init() {}

  /// The whole page, which is well-formed XML as well.
  public func render(_ report: Report) -> String { Page(report).source }
}

extension ReportFormat where Self == HTMLFormat {
  /// One self-contained page.
  public static var html: HTMLFormat { HTMLFormat() }
}
