// SPDX-License-Identifier: Apache-2.0

/// What a run, a site or an intervention refuses.
public struct ModelError: Error, Sendable, CustomStringConvertible {
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

extension ModelError {
  /// The kinds of refusal.
  public struct Code: Hashable, Sendable {
    private enum Value {
      case unknownSite, selection, tokens, intervention, metric, sampling, interrupted
    }
    private let value: Value
    /// A site that no model, or not this one, has.
    public static let unknownSite = Code(value: .unknownSite)
    /// A selection that does not parse or picks nothing.
    public static let selection = Code(value: .selection)
    /// Tokens outside the vocabulary or beyond the context.
    public static let tokens = Code(value: .tokens)
    /// An intervention that does not parse, does not fit, or never fires.
    public static let intervention = Code(value: .intervention)
    /// Whoever watched the run ended it.
    public static let interrupted = Code(value: .interrupted)
    /// A metric that does not fit the run or the model.
    public static let metric = Code(value: .metric)
    /// Settings of a draw without a meaning, or logits that nothing can be drawn from.
    public static let sampling = Code(value: .sampling)
  }
}
