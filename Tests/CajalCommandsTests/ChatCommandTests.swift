// SPDX-License-Identifier: Apache-2.0
import CajalTestSupport
import Foundation
import Testing

@testable import CajalCommands

/// `cajal chat-template` and conversations in `cajal run`.
struct ChatCommandTests {
  private let folder: TemporaryFolder

  private static let template =
    "{% for m in messages %}<s>{{ m.role }}:{{ m.content }}</s>\n{% endfor %}"
    + "{% if tools %}{{ tools | length }} tools{% endif %}"
    + "{% if add_generation_prompt %}<s>model:{{ mood | default('') }}{% endif %}"

  init() throws {
    folder = try TemporaryFolder.withModel()
    try write(Self.template, "model/chat_template.jinja")
    try write(#"[{"role": "user", "content": "Hé"}]"#, "chat.json")
  }

  private func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: folder.url.appendingPathComponent(name))
  }

  private func render(_ arguments: String...) -> Invocation {
    Invocation.of(
      ["chat-template", folder.model, "--messages", folder.path("chat.json")] + arguments)
  }

  // MARK: Rendering

  @Test func `a program gets the text to the letter`() {
    let run = render()
    #expect(run.output == "<s>user:Hé</s>\n<s>model:" && run.errors.isEmpty && run.exitCode == 0)
    #expect(render("--no-generation-prompt").output == "<s>user:Hé</s>\n")
    #expect(render("--continue").output == "<s>user:Hé")
    #expect(render("--variables", #"{"mood": "glad"}"#).output.hasSuffix("<s>model:glad"))
  }

  @Test func `JSON has the text, the template's name and the tokens without further marks`() throws
  {
    let json = try render("--json", "--no-generation-prompt").json()
    #expect(Set(json.keys) == ["text", "template", "ids"])
    #expect(
      json["text"] as? String == "<s>user:Hé</s>\n" && json["template"] as? String == "default")
    let bytes = Array("user:Hé".utf8).map { Int($0) + 2 }
    #expect(json["ids"] as? [Int] == [0] + bytes + [1, 12])
  }

  @Test func `an object may hold messages, tools and variables`() throws {
    try write(
      #"{"messages": [{"role": "user", "content": "a"}], "tools": [{"type": "function"}], "mood": "x"}"#,
      "chat.json")
    #expect(render().output == "<s>user:a</s>\n1 tools<s>model:x")
    try write(#"[{"type": "a"}, {"type": "b"}]"#, "tools.json")
    #expect(render("--tools", folder.path("tools.json")).output.contains("2 tools"))
  }

  @Test func `a template is chosen by name, by tools, or from a file`() throws {
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("model/additional_chat_templates"),
      withIntermediateDirectories: true)
    try write("for tools", "model/additional_chat_templates/tool_use.jinja")
    try write("own", "own.jinja")
    try write("[{}]", "tools.json")
    #expect(render("--tools", folder.path("tools.json")).output == "for tools")
    #expect(render("--template", "tool_use").output == "for tools")
    #expect(render("--template-file", folder.path("own.jinja")).output == "own")
    let run = Invocation.of(
      "chat-template", folder.path("own.jinja"), "--messages", folder.path("chat.json"))
    #expect(run.output == "own")
    let absent = render("--template", "rag")
    #expect(absent.exitCode == 1)
    #expect(absent.errors.contains("no chat template 'rag'; there are default, tool_use"))
  }

  @Test func `on a terminal the text cannot be obeyed`() throws {
    try write(#"[{"role": "user", "content": "\u001b[2J\u202e"}]"#, "chat.json")
    let run = Invocation.of(
      ["chat-template", folder.model, "--messages", folder.path("chat.json")], isTerminal: true)
    #expect(run.output == "<s>user:␛[2J‹U+202E›</s>\n<s>model:\n")
  }

  @Test func `what is wrong is named with the file it is in`() throws {
    try write("{% if %}", "model/chat_template.jinja")
    #expect(render().errors.contains("\(folder.model): chat template 'default': "))
    try write("{{ raise_exception('Roles must alternate!') }}", "model/chat_template.jinja")
    let refused = render()
    #expect(refused.exitCode == 1 && refused.errors.contains("Roles must alternate!"))
    try write("[1", "chat.json")
    #expect(render().errors.contains("\(folder.path("chat.json")): "))
    try write("3", "chat.json")
    #expect(render().errors.contains("messages must be a list"))
    try FileManager.default.removeItem(atPath: folder.path("model/chat_template.jinja"))
    try write("[]", "chat.json")
    let none = render()
    #expect(none.exitCode == 1 && none.errors.contains("has no chat template"))
    for file in ["tokenizer_config.json", "chat_template.jinja", "chat_template.json", ".gguf"] {
      #expect(none.errors.contains(file))
    }
  }

  @Test(arguments: ["3", "[", "{\"a\": }"])
  func `variables must be an object`(variables: String) {
    let run = render("--variables", variables)
    #expect(run.exitCode == 1 && run.errors.contains("--variables"), "\(run.errors)")
  }

  // MARK: Answering

  @Test func `a message is answered in the model's template without doubled marks`() throws {
    let json = try Invocation.of("run", folder.model, "--chat", "Hé", "--json", "--quiet").json()
    let said = Array("user:Hé".utf8).map { Int($0) + 2 }
    let model = Array("model:".utf8).map { Int($0) + 2 }
    #expect(json["tokens"] as? [Int] == [0] + said + [1, 12, 0] + model)
    let generated = try #require(json["generated"] as? [Int])
    #expect(!generated.isEmpty && generated.count <= 256)
    // </s> is what the template puts behind an answer.
    if json["stopReason"] as? String == "endToken" { #expect(generated.last == 1) }
    #expect(generated.dropLast().allSatisfy { $0 != 1 })
  }

  @Test func `the system speaks first and the number of tokens can be said`() throws {
    let json = try Invocation.of(
      "run", folder.model, "--chat", "a", "--system", "b", "--greedy", "3", "--json", "--quiet"
    ).json()
    #expect((json["text"] as? String)?.hasPrefix("system:b\nuser:a\nmodel:") == true)
    #expect((json["generated"] as? [Int]).map { (1...3).contains($0.count) } == true)
    let file = try Invocation.of(
      "run", folder.model, "--messages", folder.path("chat.json"), "--greedy", "1", "--json",
      "--quiet"
    ).json()
    #expect(file["text"] as? String == "user:Hé\nmodel:")
  }

  @Test func `an answer stands alone where it comes`() {
    let run = Invocation.of("run", folder.model, "--chat", "a", "--greedy", "2", "--quiet")
    #expect(run.output.contains("\nAnswered, each token the likeliest\n") && run.exitCode == 0)
    #expect(!run.output.contains("Continued"))
  }

  @Test func `generation ends where generation_config says`() throws {
    let first =
      try Invocation.of(
        "run", folder.model, "--chat", "a", "--greedy", "1", "--json", "--quiet"
      ).json()["generated"] as? [Int]
    let token = try #require(first?.first)
    try write("{\"eos_token_id\": [1, \(token)]}", "model/generation_config.json")
    let json = try Invocation.of("run", folder.model, "--chat", "a", "--json", "--quiet").json()
    #expect(json["generated"] as? [Int] == [token] && json["stopReason"] as? String == "endToken")
  }

  @Test func `a model without template says where one was looked for`() throws {
    try FileManager.default.removeItem(atPath: folder.path("model/chat_template.jinja"))
    let run = Invocation.of("run", folder.model, "--chat", "a")
    #expect(run.exitCode == 1 && run.errors.contains("has no chat template"))
  }
}
