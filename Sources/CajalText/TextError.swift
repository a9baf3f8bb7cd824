// SPDX-License-Identifier: Apache-2.0

/// What went wrong with a tokenizer file or with a text, and what to do about it.
public struct TextError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure, for programs.
  public var code: Code
  /// What is wrong and what to do, in one line, for people.
  public var message: String
  /// The error underneath, where there is one.
  public var cause: (any Error)?

  /// An error with its kind, its line for people and the error underneath.
  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The line for people.
  public var description: String { message }

  /// The kinds of failure; more may come, so a `switch` needs a default.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case unreadable, malformed, unsupported, ambiguous, mismatched, unencodable
      case refused, failed, exhausted
    }
    private let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// The file is not there or the system refuses to read it.
    public static let unreadable = Code(.unreadable)
    /// The file breaks its own format.
    public static let malformed = Code(.malformed)
    /// The file is sound and asks for something that is not implemented; the message names it.
    public static let unsupported = Code(.unsupported)
    /// The file belongs to another model.
    public static let mismatched = Code(.mismatched)
    /// Several tokenizers could be meant.
    public static let ambiguous = Code(.ambiguous)
    /// The text holds something that the vocabulary cannot express.
    public static let unencodable = Code(.unencodable)
    /// A chat template refuses the conversation; the message is the template's own.
    public static let refused = Code(.refused)
    /// A chat template did something that its variables do not allow.
    public static let failed = Code(.failed)
    /// A chat template asks for more work, text or depth than its limits allow.
    public static let exhausted = Code(.exhausted)

    /// The name of the kind.
    public var description: String { kind.rawValue }
  }
}

extension TextError {
  /// The same error with the name of the file it was found in before its line.
  func found(in file: String) -> TextError {
    TextError(code, "\(file): \(message)", cause: cause)
  }
}
