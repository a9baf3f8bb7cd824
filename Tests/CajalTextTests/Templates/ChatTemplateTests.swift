// SPDX-License-Identifier: Apache-2.0
import CajalText
import Foundation
import Testing

struct ChatTemplateTests {
  @Test func `templates in the style of repositories render as transformers renders them`() throws {
    let fixture = try TemplateFixture.committed()
    let conversations = fixture.content["conversations"].members
    var count = 0
    for (name, source) in fixture.templates {
      let template = try ChatTemplate(source)
      for conversation in conversations {
        let given = Conversation(
          conversation.value, specialTokens: fixture.content["special_tokens"])
        let outcome = Outcome { () throws(TextError) in
          try template.render(given, now: TemplateFixture.clock)
        }
        let expected = Outcome(
          expected: fixture.content["expected"][name][conversation.name])
        #expect(outcome == expected, "\(name), \(conversation.name)")
        count += 1
      }
    }
    #expect(fixture.templates.count >= 12)
    #expect(count == fixture.templates.count * 21)
  }

  @Test(.enabled(if: TemplateFixture.path != nil, "CAJAL_TEMPLATE_CASES names no file"))
  func `random templates end as in Jinja`() throws {
    let path = try #require(TemplateFixture.path)
    let content = try TemplateValue(json: Array(Data(contentsOf: URL(fileURLWithPath: path))))
    let variables = content["variables"].variables
    var differences: [String] = []
    for given in content["cases"].items {
      let outcome = Outcome { () throws(TextError) in
        try ChatTemplate(given["template"].text).render(variables, now: TemplateFixture.clock)
      }
      let expected = Outcome(expected: given["expected"])
      guard !Self.isSame(outcome, expected) else { continue }
      differences.append("\(given["template"].text)\n  here: \(outcome)\n  there: \(expected)")
    }
    // What the documentation of ChatTemplate names makes up to one in a hundred.
    let shown = differences.prefix(10).joined(separator: "\n\n")
    #expect(differences.count <= content["cases"].items.count / 100, "\(shown)")
  }

  /// Errors count as the same where their types are; refusals by name are no answer.
  private static func isSame(_ here: Outcome, _ there: Outcome) -> Bool {
    switch (here, there) {
    case (.unsupported, _): true
    case (.error(let here, _), .error(let there, _)): here == there
    default: here == there
    }
  }

  @Test func `a refusal carries exactly the template's message`() throws {
    let template = try ChatTemplate("{{ raise_exception('No “' ~ role ~ '”.\n') }}")
    let error = #expect(throws: TextError.self) { try template.render(["role": "cat"]) }
    #expect(error?.code == .refused)
    #expect(error?.message == "No “cat”.\n")
  }

  @Test func `a broken template names the line and the reason`() {
    let error = #expect(throws: TextError.self) { try ChatTemplate("a\n{% if x %}\n{{ y }") }
    #expect(error?.code == .malformed)
    let failure = error?.cause as? TemplateFailure
    #expect(failure?.kind == "TemplateSyntaxError")
    #expect(failure?.line == 3)
    #expect(failure?.reason == "unexpected '}'")
    #expect(error?.message == "the chat template, line 3: unexpected '}'")
  }

  @Test func `what is not there is named as Jinja names it`() throws {
    for (source, reason) in [
      ("{{ cat.name }}", "'cat' is undefined"),
      ("{{ dog.name.first }}", "'dict object' has no attribute 'name'"),
      ("{{ dog[3].first }}", "dict object has no element 3"),
      (
        "{{ (1 if false).x }}",
        "the inline if-expression on line 1 evaluated to false and no else section was defined."
      ),
    ] {
      let template = try ChatTemplate(source)
      let error = #expect(throws: TextError.self) { try template.render(["dog": [:]]) }
      #expect(error?.code == .failed)
      #expect((error?.cause as? TemplateFailure)?.kind == "UndefinedError")
      #expect(error?.message == reason)
    }
  }

  @Test(arguments: [
    "{% include 'a' %}", "{% extends 'a' %}", "{% import 'a' as b %}",
    "{% block a %}{% endblock %}",
    "{% autoescape true %}{% endautoescape %}", "{{ 'a'|pprint }}", "{{ lipsum() }}",
    "{{ 2 ** 64 }}", "{{ 'a'.encode() }}", "{{ '\\ud800' }}", "{{ '\\N{DASH}' }}",
    "{{ 9223372036854775808 }}",
  ])
  func `what is left out is refused by name`(source: String) {
    let error = #expect(throws: TextError.self) { try ChatTemplate(source).render([:]) }
    #expect(error?.code == .unsupported)
  }

  @Test func `special tokens are variables and given variables take their place`() throws {
    let template = try ChatTemplate("{{ bos_token }}{{ eos_token }}{{ pad_token is defined }}")
    var conversation = Conversation([["role": "user", "content": "a"]])
    conversation.specialTokens = ["bos_token": "<s>", "eos_token": "</s>"]
    conversation.variables = ["eos_token": "<end>"]
    #expect(try template.render(conversation) == "<s><end>False")
  }

  @Test func `a template can run on many threads at once`() async throws {
    let template = try ChatTemplate(
      "{% set ns = namespace(n=0) %}{% for i in range(n) %}{% set ns.n = ns.n + i %}{% endfor %}"
        + "{{ ns.n }}")
    try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for count in 0..<20 {
        group.addTask { (count, try template.render(["n": .integer(count)])) }
      }
      for try await (count, text) in group { #expect(text == "\(count * (count - 1) / 2)") }
    }
  }
}
