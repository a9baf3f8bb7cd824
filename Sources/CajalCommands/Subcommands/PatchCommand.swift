// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalMethods
import CajalModel
import CajalWorkbench

/// `cajal patch`: which activations carry a behaviour.
struct PatchCommand: WorkCommand {
  static let configuration = CommandConfiguration(
    commandName: "patch",
    abstract: "Move activations between two prompts: which of them carry a behaviour.",
    discussion: """
      Examples:
        cajal patch models/gpt2 --clean "The Eiffel Tower is in" \\
          --corrupt "The Brandenburg Gate is in" --metric "difference: Paris, Berlin"
        cajal patch models/gpt2 --clean-tokens "5 9 5" --corrupt-tokens "7 9 5" \\
          --metric logit:9 --site headOutput --by head --output heads.html
        cajal patch models/gpt2 --clean "…" --corrupt "…" --metric loss --attribution

      Each activation of one prompt is moved into the run of the other, one at a time. The effect is \
      0 where that changes nothing and 1 where it does what the other prompt does. Denoising moves \
      clean activations into the corrupted run, --noising the other way. --attribution estimates \
      all effects from one slope.

      Metrics, read at the last position: logit:TOKEN, logprob:TOKEN, difference:A,B; and loss, of \
      the whole prompt. TOKEN is a number or a text of exactly one token; spaces count, \\, is a \
      comma inside a token and \\7 the text 7.

      JSON has the keys method, metric, site, by, direction, clean, corrupted, cleanTokens, \
      corruptedTokens, layers, effects and values (both one row a layer).
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var pair: PairArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What is measured: difference:A,B, logit:TOKEN, …", valueName: "metric"))
  var metric: String

  @Option(help: ArgumentHelp("What is moved, in every layer that has it.", valueName: "site"))
  var site = ActivationPatching().site.rawValue

  @Option(help: ArgumentHelp("Move whole layers, single positions or heads.", valueName: "unit"))
  var by = PatchUnitArgument.position

  @Flag(help: "Move corrupted activations into the clean run.")
  var noising = false

  @Flag(help: "Estimate the effects from one slope instead of running every patch.")
  var attribution = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Name the k patches of the largest effects.", valueName: "k"))
  var top = 5

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Also write a report with the figure: .html, .md, .json or .txt.", valueName: "file"))
  var output: String?

  @OptionGroup var general: GeneralArguments

  func check() throws {
    try pair.check()
    if top < 0 { throw ValidationError("--top must not be negative") }
  }

  func work(_ job: Job, _ console: Console) throws {
    let file = try output.map { try ReportFile($0) }
    let subject = try Subject.open(model.model, job: job)
    var patching = Patching(metric: try Metric(parsing: metric, for: subject))
    patching.method.site = try Site.Name(parsing: site, layersOf: subject.model)
    patching.method.unit = by.unit
    patching.method.direction = noising ? .noising : .denoising
    patching.isEstimated = attribution
    let prompts = try pair.prompts(for: subject)
    if prompts.clean.count != prompts.corrupted.count, !general.quiet {
      let alignment = TokenAlignment(
        clean: prompts.clean, corrupted: prompts.corrupted, for: subject)
      console.writeError(PatchText.sideBySide(alignment))
    }
    let outcome = try patching.run(
      subject, clean: prompts.clean, corrupted: prompts.corrupted, job: job)
    let text = PatchText(outcome: outcome, width: console.width, top: top)
    if let file {
      try file.write(outcome.report(top: max(10, top), seed: general.seed, job: job))
    }
    if general.json { return try console.print(text.json()) }
    try console.print(text.text + (file.map { "\nwrote \($0.path)\n" } ?? ""))
  }
}

/// The units by their names on the command line.
enum PatchUnitArgument: String, ExpressibleByArgument, CaseIterable {
  case layer, position, head

  /// What is moved at once.
  var unit: PatchUnit {
    switch self {
    case .layer: .layer
    case .position: .position
    case .head: .head
    }
  }
}
