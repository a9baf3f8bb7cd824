// SPDX-License-Identifier: Apache-2.0

/// Why a chat template could not be read or rendered, in the words of the reference: the cause of
/// the ``TextError`` that ``ChatTemplate`` throws.
public struct TemplateFailure: Error, Sendable, CustomStringConvertible {
  /// The name of the exception that the reference raises: `UndefinedError`, `TypeError`.
  public let kind: String
  /// What the exception says.
  public let reason: String
  /// The line of the template, where the template itself is at fault.
  public let line: Int?

  /// The kind and the reason in one line.
  public var description: String { "\(kind): \(reason)" }

  /// The exceptions that a template can meet.
  enum Kind: String {
    case syntax = "TemplateSyntaxError"
    case assertion = "TemplateAssertionError"
    case template = "TemplateError"
    case runtime = "TemplateRuntimeError"
    case undefined = "UndefinedError"
    case security = "SecurityError"
    case filterArgument = "FilterArgumentError"
    case type = "TypeError"
    case value = "ValueError"
    case key = "KeyError"
    case index = "IndexError"
    case attribute = "AttributeError"
    case zeroDivision = "ZeroDivisionError"
    case overflow = "OverflowError"
    case pythonRuntime = "RuntimeError"
    case pythonSyntax = "SyntaxError"
    case pythonAssertion = "AssertionError"
  }
}

extension TextError {
  /// The template did something that its variables do not allow.
  static func failure(_ kind: TemplateFailure.Kind, _ reason: String) -> TextError {
    TextError(
      .failed, reason, cause: TemplateFailure(kind: kind.rawValue, reason: reason, line: nil))
  }

  /// The template breaks its own language.
  static func syntax(
    _ reason: String, line: Int, _ kind: TemplateFailure.Kind = .syntax
  ) -> TextError {
    TextError(
      .malformed, "the chat template, line \(line): \(reason)",
      cause: TemplateFailure(kind: kind.rawValue, reason: reason, line: line))
  }

  /// The template is sound and uses something that is not implemented.
  static func unsupported(_ what: String) -> TextError {
    TextError(.unsupported, "the chat template uses \(what), which is not implemented")
  }
}
