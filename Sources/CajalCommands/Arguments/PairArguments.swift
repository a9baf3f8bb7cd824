// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalWorkbench

/// Two prompts that are compared: texts or numbers.
struct PairArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The prompt that shows the behaviour.", valueName: "text"))
  var clean: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The prompt that does not, of as many tokens.", valueName: "text"))
  var corrupt: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The clean prompt as tokens, \"1 2 3\".", valueName: "numbers"))
  var cleanTokens: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The corrupted prompt as tokens.", valueName: "numbers"))
  var corruptTokens: String?

  @Flag(
    help: "Do not put the tokens around a text that its tokenizer wants there, such as the first.")
  var noSpecialTokens = false

  /// Refuses anything but exactly one source of tokens for each prompt.
  func check() throws {
    for (name, text, numbers) in [
      ("clean", clean, cleanTokens), ("corrupt", corrupt, corruptTokens),
    ] {
      if text == nil && numbers == nil {
        throw ValidationError("give both prompts: --\(name) or --\(name)-tokens is missing")
      }
      if text != nil && numbers != nil {
        throw ValidationError("--\(name) and --\(name)-tokens exclude each other; give one")
      }
    }
    if noSpecialTokens && clean == nil && corrupt == nil {
      throw ValidationError("--no-special-tokens is about texts; tokens are taken as they are")
    }
  }

  /// The tokens of both prompts.
  func prompts(for subject: Subject) throws -> (clean: [Int], corrupted: [Int]) {
    (
      try tokens(clean, cleanTokens, "clean", subject),
      try tokens(corrupt, corruptTokens, "corrupt", subject)
    )
  }

  private func tokens(
    _ text: String?, _ numbers: String?, _ name: String, _ subject: Subject
  ) throws -> [Int] {
    if let numbers {
      let sequences = try TokenList(parsing: numbers).sequences
      guard sequences.count == 1 else {
        throw WorkbenchError(
          .input, "--\(name)-tokens holds \(sequences.count) sequences; a prompt is one")
      }
      return sequences[0]
    }
    let ids = try subject.tokens(of: text ?? "", addSpecialTokens: !noSpecialTokens)
    guard !ids.isEmpty else {
      throw WorkbenchError(
        .input, "the text of --\(name) has no tokens; give at least one character")
    }
    return ids
  }
}
