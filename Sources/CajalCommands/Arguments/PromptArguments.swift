// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
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

  @Flag(
    help: "Do not put the tokens around a text that its tokenizer wants there, such as the first.")
  var noSpecialTokens = false

  /// Refuses anything but exactly one source of tokens.
  func check() throws {
    let given = [text, tokens, file].count { $0 != nil }
    guard given == 1 else {
      throw ValidationError(
        given == 0
          ? "say what to run on: --text, --tokens or --file"
          : "--text, --tokens and --file exclude each other; give one")
    }
    if noSpecialTokens && tokens != nil {
      throw ValidationError("--no-special-tokens is about texts; --tokens are taken as they are")
    }
  }

  /// The sequences; one where a text is given.
  func sequences(for subject: Subject) throws -> [[Int]] {
    if let tokens { return try TokenList(parsing: tokens).sequences }
    let words: String
    if let file { words = try BoundedFile.text(file) } else { words = text ?? "" }
    let ids = try subject.tokens(of: words, addSpecialTokens: !noSpecialTokens)
    guard !ids.isEmpty else {
      throw WorkbenchError(
        .input, "the text has no tokens; give at least one character, or --tokens")
    }
    return [ids]
  }
}
