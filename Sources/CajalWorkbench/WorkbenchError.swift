// SPDX-License-Identifier: Apache-2.0

/// Why a piece of work could not be done, and what to do about it.
///
/// What the floors below refuse (a damaged checkpoint, a token outside the vocabulary) passes through
/// as their own errors; this type is for what only the workbench can see.
public struct WorkbenchError: Error, Sendable, CustomStringConvertible {
  /// Which kind of failure.
  public let code: Code
  /// One line: what is wrong and what to do.
  public let message: String
  /// The error below, if there is one.
  public let cause: (any Error)?

  /// A failure with its message.
  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The message.
  public var description: String { message }
}

extension WorkbenchError {
  /// The kinds of failure; more may come, so a `switch` needs a default.
  public struct Code: Hashable, Sendable {
    private enum Value { case model, input, intervention, output, interrupted }
    private let value: Value
    /// The model named cannot be found here.
    public static let model = Code(value: .model)
    /// A text, a list of tokens or a site cannot be read.
    public static let input = Code(value: .input)
    /// An intervention's text or file cannot be read.
    public static let intervention = Code(value: .intervention)
    /// A result cannot be put where it was wanted.
    public static let output = Code(value: .output)
    /// Somebody asked the work to stop.
    public static let interrupted = Code(value: .interrupted)
  }
}
