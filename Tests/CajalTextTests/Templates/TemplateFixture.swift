// SPDX-License-Identifier: Apache-2.0
import CajalText
import Foundation
import Testing

/// What transformers renders; written by dev/fixtures/make_template_cases.py.
struct TemplateFixture {
  let content: TemplateValue

  /// Eighteen templates in the style of model repositories, each with twenty-one conversations.
  static func committed() throws -> TemplateFixture {
    try TemplateFixture(
      content: TemplateValue(json: Array(TextFixture.bytes("chat-templates.json"))))
  }

  /// Random templates that the script wrote to a file named by `CAJAL_TEMPLATE_CASES`.
  static var path: String? { ProcessInfo.processInfo.environment["CAJAL_TEMPLATE_CASES"] }

  /// The clock of the script.
  static let clock: @Sendable () -> TemplateMoment = {
    TemplateMoment(year: 2026, month: 11, day: 21, hour: 9, minute: 5, second: 7)
  }

  var templates: [(name: String, source: String)] {
    content["templates"].members.map { ($0.name, $0.value.text) }
  }
}

/// How a template ended.
enum Outcome: Equatable, CustomStringConvertible {
  case text([Unicode.Scalar])
  case error(String, String)
  /// It met a limit of this engine, or of the reference's stack.
  case exhausted
  case unsupported(String)

  /// What the reference did.
  init(expected: TemplateValue) {
    if case .string(let text)? = expected.member("text") {
      self = .text(Array(text.unicodeScalars))
    } else if expected["error"].text == "RecursionError" {
      self = .exhausted
    } else {
      self = .error(expected["error"].text, expected["message"].text)
    }
  }

  /// What happens here.
  init(_ render: () throws(TextError) -> String) {
    do throws(TextError) {
      self = .text(Array(try render().unicodeScalars))
    } catch {
      switch error.code {
      case .exhausted: self = .exhausted
      case .unsupported: self = .unsupported(error.message)
      default:
        let failure = error.cause as? TemplateFailure
        self = .error(failure?.kind ?? "\(error.code)", failure?.reason ?? error.message)
      }
    }
  }

  var description: String {
    switch self {
    case .text(let scalars):
      var text = ""
      text.unicodeScalars.append(contentsOf: scalars)
      return "text: \(text)"
    case .error(let kind, let message): return "\(kind): \(message)"
    case .exhausted: return "exhausted"
    case .unsupported(let message): return "unsupported: \(message)"
    }
  }
}

extension Conversation {
  /// A conversation as the fixture describes it.
  init(_ value: TemplateValue, specialTokens: TemplateValue) {
    self.init(value["messages"].items)
    tools = value.member("tools")?.items
    documents = value.member("documents")?.items
    if case .bool(let isOn)? = value.member("add_generation_prompt") { addsGenerationPrompt = isOn }
    switch value.member("continue_final_message") {
    case .bool(true)?: continuation = .content
    case .string(let name)?: continuation = .member(name)
    default: break
    }
    for member in specialTokens.members { self.specialTokens[member.name] = member.value.text }
    for member in value["variables"].members { variables[member.name] = member.value }
  }
}

extension TemplateValue {
  func member(_ name: String) -> TemplateValue? { members.first { $0.name == name }?.value }

  subscript(_ name: String) -> TemplateValue { member(name) ?? .null }

  var members: [Member] {
    if case .object(let members) = self { members } else { [] }
  }

  var items: [TemplateValue] {
    if case .list(let items) = self { items } else { [] }
  }

  var text: String {
    if case .string(let text) = self { text } else { "" }
  }

  /// The members as variables of a template.
  var variables: [String: TemplateValue] {
    Dictionary(members.map { ($0.name, $0.value) }) { $1 }
  }
}
