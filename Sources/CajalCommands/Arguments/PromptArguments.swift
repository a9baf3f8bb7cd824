// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalCheckpoint
import CajalText
import CajalWorkbench

/// The tokens a command runs on: a text, a file of text, or numbers.
struct PromptArguments: ParsableArguments {
  @Option(
    parsing: .unconditional, help: ArgumentHelp("Run on this text.", valueName: "text"))
  var text: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Run on these tokens, \"1 2 3\"; several sequences as \"1 2 3; 4 5\".", valueName: "numbers"))
  var tokens: String?

  @Option(
    help: ArgumentHelp(
      "Run on the text in this file; - is standard input.", valueName: "file"))
  var file: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Run on a conversation that begins with this message, in the model's chat template.",
      valueName: "text"))
  var chat: String?

  @Option(
    help: ArgumentHelp(
      "Run on the conversation in this file, a list of messages as JSON; - is standard input.",
      valueName: "file"))
  var messages: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --chat, what the system says first.", valueName: "text"))
  var system: String?

  @Flag(
    help: "Do not put the tokens around a text that its tokenizer wants there, such as the first.")
  var noSpecialTokens = false

  /// Refuses anything but exactly one source of tokens.
  func check() throws {
    let given = [text, tokens, file, chat, messages].count { $0 != nil }
    guard given == 1 else {
      throw ValidationError(
        given == 0
          ? "say what to run on: --text, --tokens, --file, --chat or --messages"
          : "--text, --tokens, --file, --chat and --messages exclude each other; give one")
    }
    if noSpecialTokens && text == nil && file == nil {
      throw ValidationError(
        tokens == nil
          ? "--no-special-tokens is about texts; a chat template puts its own"
          : "--no-special-tokens is about texts; --tokens are taken as they are")
    }
    if system != nil && chat == nil {
      throw ValidationError("--system needs --chat; --messages have their own system message")
    }
  }

  /// Whether the model answers in a conversation.
  var isConversation: Bool { chat != nil || messages != nil }

  /// The conversation as the model reads it; nil where there is none.
  func chatPrompt(for subject: Subject) throws -> ChatPrompt? {
    let conversation: Conversation
    if let messages {
      conversation = try Conversation(file: messages)
    } else if let chat {
      conversation = Conversation(user: chat, system: system)
    } else {
      return nil
    }
    return try ChatPrompt(
      conversation, ChatTemplates.open(subject.checkpoint.path), subject.tokenizer)
  }

  /// The sequences; one where a text or a conversation is given.
  ///
  /// The tokens around a text are not put around a conversation: its template writes them.
  func sequences(for subject: Subject, chat: ChatPrompt? = nil) throws -> [[Int]] {
    if let tokens { return try TokenList(parsing: tokens).sequences }
    let words: String
    if let chat {
      words = chat.text
    } else if let file {
      words = try BoundedFile.text(file)
    } else {
      words = text ?? ""
    }
    let ids = try subject.tokens(of: words, addSpecialTokens: !noSpecialTokens && chat == nil)
    guard !ids.isEmpty else {
      throw WorkbenchError(
        .input, "the text has no tokens; give at least one character, or --tokens")
    }
    return [ids]
  }
}
