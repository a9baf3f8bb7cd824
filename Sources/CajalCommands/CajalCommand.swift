// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalWorkbench

/// The root of all commands.
struct CajalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cajal",
    abstract: "Looks inside language models: loads a real checkpoint and shows what happens in it.",
    discussion: """
      Examples:
        cajal scan models/stories260K            write a check-up report
        cajal inspect models/stories260K         what the model is
        cajal run models/stories260K --text "Once upon a time" --top 5
        cajal record models/stories260K --text "Once upon" --output trace.safetensors
        cajal tokenize models/stories260K --text "Once upon a time"
        cajal patch models/stories260K --clean "…" --corrupt "…" --metric logit:5

      Exit codes: 0 done, 1 failed, 64 wrong usage, 130 interrupted. An error is one line on \
      standard error; --verbose adds what caused it.
      """,
    version: Program.version,
    subcommands: [
      ScanCommand.self, InspectCommand.self, RunCommand.self, RecordCommand.self, PatchCommand.self,
      TokenizeCommand.self, ChatTemplateCommand.self,
    ])
}
