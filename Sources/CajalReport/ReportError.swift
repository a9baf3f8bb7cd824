// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// Why a report could not be made or written.
public struct ReportError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure this is.
  public struct Code: Sendable, Hashable {
    private enum Value { case notWritable, unencodable }
    private let value: Value

    /// The folder or a file in it cannot be written.
    public static let notWritable = Code(value: .notWritable)
    /// A finding has no JSON form.
    public static let unencodable = Code(value: .unencodable)
  }

  /// The kind of failure, for programs.
  public var code: Code
  /// What is wrong and what to do about it, for people.
  public var message: String
  /// The error underneath, where there is one.
  public var cause: (any Error)?

  /// Creates an error from its three parts.
  public init(code: Code, message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The message alone, on one line and safe for a terminal.
  public var description: String { Terminal.sanitized(message) }
}
