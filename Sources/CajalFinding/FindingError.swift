// SPDX-License-Identifier: Apache-2.0

/// Why findings could not be read or written.
public struct FindingError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure this is.
  public struct Code: Sendable, Hashable {
    private enum Value { case malformed, unsupportedSchema, unencodable }
    private let value: Value

    /// The data is not a findings document.
    public static let malformed = Code(value: .malformed)
    /// The document was written by a later version with another schema.
    public static let unsupportedSchema = Code(value: .unsupportedSchema)
    /// A value cannot be represented in JSON.
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
