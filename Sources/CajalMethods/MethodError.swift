// SPDX-License-Identifier: Apache-2.0

/// What a method refuses.
public struct MethodError: Error, Sendable, CustomStringConvertible {
  /// Which kind of refusal.
  public let code: Code
  /// One line: what is wrong and what to do.
  public let message: String
  /// The error below, if there is one.
  public let cause: (any Error)?

  /// A refusal with its message.
  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The message.
  public var description: String { message }
}

extension MethodError {
  /// The kinds of refusal; more may come, so a `switch` needs a default.
  public struct Code: Hashable, Sendable {
    private enum Value { case prompts, metric, site }
    private let value: Value
    /// Prompts that cannot be compared.
    public static let prompts = Code(value: .prompts)
    /// A metric that tells nothing apart here.
    public static let metric = Code(value: .metric)
    /// A site that the model does not have, or that does not divide as asked.
    public static let site = Code(value: .site)
  }
}
