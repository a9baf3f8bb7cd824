// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalFinding
import CajalText
import CajalWorkbench

/// `cajal chat-template`: the text that a model's template makes of a conversation.
struct ChatTemplateCommand: WorkCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat-template",
    abstract: "Render a conversation with a model's chat template.",
    discussion: """
      Examples:
        cajal chat-template models/qwen --messages chat.json
        cajal chat-template models/qwen --messages chat.json --tools tools.json
        cajal chat-template model.gguf --messages chat.json --no-generation-prompt
        cajal chat-template models/qwen --messages chat.json \\
          --variables '{"enable_thinking": false}'

      Messages are a JSON list such as [{"role": "user", "content": "Hi"}], or an object with the \
      members messages, tools, documents and further variables. The text is what transformers makes of \
      them: it ends with the beginning of the model's answer, unless --no-generation-prompt or \
      --continue says otherwise.

      The model is a folder, a file in it, a .gguf or a .jinja; its template comes from \
      chat_template.jinja, tokenizer_config.json, chat_template.json or the GGUF's metadata.

      JSON has the keys text, template (its name) and ids (the tokens of the text, null where the \
      model has no tokenizer).
      """)

  @Argument(help: "A model: a folder or a file.")
  var model: String

  @Option(help: ArgumentHelp("The messages; - is standard input.", valueName: "file"))
  var messages: String

  @Option(help: ArgumentHelp("Tools the model may call, a list as JSON.", valueName: "file"))
  var tools: String?

  @Option(help: ArgumentHelp("Documents the model may read, a list as JSON.", valueName: "file"))
  var documents: String?

  @Option(help: ArgumentHelp("Which of the model's templates.", valueName: "name"))
  var template: String?

  @Option(help: ArgumentHelp("Use the template in this file.", valueName: "file"))
  var templateFile: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Further variables, an object as JSON.", valueName: "json"))
  var variables: String?

  @Flag(help: "End the text behind the last message.")
  var noGenerationPrompt = false

  @Flag(help: "End the text inside the last message, which the model goes on with.")
  var `continue` = false

  @OptionGroup var general: GeneralArguments

  func check() throws {
    if template != nil && templateFile != nil {
      throw ValidationError("--template and --template-file exclude each other; give one")
    }
    if [messages, tools, documents].count(where: { $0 == "-" }) > 1 {
      throw ValidationError("only one file can be standard input")
    }
  }

  func work(_ job: Job, _ console: Console) throws {
    let templates =
      try templateFile.map { try ChatTemplates.open(file: $0, for: model) }
      ?? ChatTemplates.open(model)
    let conversation = try conversation(templates)
    let (name, template) = try templates.template(
      named: template, hasTools: conversation.tools != nil)
    try job.checkInterruption()
    let text: String
    do throws(TextError) {
      text = try template.render(conversation)
    } catch {
      throw TextError(
        error.code, "\(templates.path): chat template '\(name)': \(error.message)", cause: error)
    }
    try show(text, name, console)
  }

  private func conversation(_ templates: ChatTemplates) throws -> Conversation {
    var conversation = try Conversation(file: messages)
    if let tools {
      conversation.tools = try TemplateValue(file: tools).list(of: "tools", in: tools)
    }
    if let documents {
      conversation.documents = try TemplateValue(file: documents).list(
        of: "documents", in: documents)
    }
    if let variables {
      guard
        case .object(let members) = try TemplateValue(
          json: Array(variables.utf8), of: "--variables")
      else { throw WorkbenchError(.input, "--variables must be an object such as {\"name\": 1}") }
      for member in members { conversation.variables[member.name] = member.value }
    }
    conversation.addsGenerationPrompt = !noGenerationPrompt && !`continue`
    if `continue` { conversation.continuation = .content }
    conversation.specialTokens = templates.specialTokens
    return conversation
  }

  private func show(_ text: String, _ name: String, _ console: Console) throws {
    guard general.json else {
      // A program gets the text to the letter; a person's prompt stands on a line of its own.
      guard console.isTerminal else { return try console.write(text) }
      return try console.print(Terminal.sanitized(text, keepingLineBreaks: true))
    }
    // The text is the result; a model whose tokenizer cannot be had has no tokens to show.
    let tokenizer = try? TokenizerSource.open(model).tokenizer
    let ids = try tokenizer?.encode(text, addSpecialTokens: false)
    var json = JSONBytes(isForTerminal: console.isTerminal)
    json.raw("{\n  \"text\": ")
    json.text(text)
    json.raw(",\n  \"template\": ")
    json.text(name)
    json.raw(",\n  \"ids\": ")
    if let ids { json.integers(ids) } else { json.raw("null") }
    json.raw("\n}\n")
    try console.write(json.take())
  }
}
