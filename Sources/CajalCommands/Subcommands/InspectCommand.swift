// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalFinding
import CajalModel
import CajalWorkbench

/// `cajal inspect`: what a model is.
struct InspectCommand: WorkCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Say what a model is: architecture, counts, sites, tokenizer, files.",
    discussion: """
      Examples:
        cajal inspect models/stories260K
        cajal inspect models/stories260K --json

      The sites listed are where 'cajal record' can look and where interventions can act. What is \
      excused are configuration keys and tensors that change no number of a forward pass.
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var general: GeneralArguments

  func work(_ job: Job, _ console: Console) throws {
    let description = ModelDescription(try Subject.open(model.model, job: job))
    try console.print(general.json ? JSONText.of(description) : Self.text(description))
  }

  private static func text(_ model: ModelDescription) -> String {
    var lines = [
      Terminal.sanitized("\(model.name) · \(model.architecture) (model_type \(model.modelType))"),
      "",
    ]
    lines += TextTable(rows: facts(model), alignments: [.left, .left]).lines
    lines += ["", "Sites of a forward pass, in order"]
    lines +=
      TextTable(rows: model.sites.map { [$0.text, $0.axes] }, alignments: [.left, .left]).lines
    lines.append(
      "  N tokens, D \(model.shape.width), H \(model.shape.heads), H′ \(model.shape.keyValueHeads), "
        + "K \(model.shape.headWidth), F \(model.shape.hiddenWidth), V \(model.shape.vocabulary)"
        + (model.shape.experts > 0 ? ", E \(model.shape.experts)" : ""))
    for (title, excuses) in [
      ("Excused configuration keys", model.excusedKeys),
      ("Tensors that are not part of the model", model.excusedTensors),
    ] where !excuses.isEmpty {
      lines += ["", title]
      lines +=
        TextTable(
          rows: excuses.map { [Terminal.sanitized($0.name), $0.reason] },
          alignments: [.left, .left]
        ).lines
    }
    return lines.joined(separator: "\n")
  }

  private static func facts(_ model: ModelDescription) -> [[String]] {
    var facts = model.facts().map { [$0.label, Terminal.sanitized($0.value)] }
    let files = model.files.map { "\($0.name) (\(Quantity.bytes($0.bytes)))" }
    facts.append(["Files", Terminal.sanitized(files.joined(separator: ", "))])
    if !model.unreadEntries.isEmpty {
      facts.append([
        "Not read", Terminal.sanitized(model.unreadEntries.prefix(8).joined(separator: ", ")),
      ])
    }
    return facts
  }
}
