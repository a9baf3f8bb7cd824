// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalModel
import CajalWorkbench

/// `cajal run`: what a model says next.
struct RunCommand: WorkCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a model on a text: what comes next, the loss, a greedy continuation.",
    discussion: """
      Examples:
        cajal run models/stories260K --text "Once upon a time" --top 5
        cajal run models/stories260K --file story.txt --loss
        cajal run models/stories260K --text "Once" --greedy 50
        cajal run models/gpt2 --tokens "31 17 99" --json

      JSON has the keys tokens, text, top (id, token, probability; likeliest first), loss (mean nats \
      a predicted token, null where nothing is predicted) and generated.
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var prompt: PromptArguments

  // A negative number is a value like any other, so that it is refused as one.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Show the k likeliest next tokens.", valueName: "k"))
  var top = 5

  @Flag(help: "Show the mean loss of the tokens, in nats.")
  var loss = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Continue by n tokens, each the likeliest.", valueName: "n"))
  var greedy = 0

  @Flag(help: "Stop the continuation behind a token that ends a text.")
  var stopAtEnd = false

  @OptionGroup var general: GeneralArguments

  func check() throws {
    try prompt.check()
    if top < 0 { throw ValidationError("--top must not be negative") }
    if greedy < 0 { throw ValidationError("--greedy must not be negative") }
    if stopAtEnd && greedy == 0 {
      throw ValidationError("--stop-at-end needs a continuation: add --greedy n")
    }
  }

  func work(_ job: Job, _ console: Console) throws {
    let subject = try Subject.open(model.model, job: job)
    let sequences = try prompt.sequences(for: subject)
    guard sequences.count == 1, let tokens = sequences.first else {
      throw WorkbenchError(
        .input,
        "run takes one sequence and there are \(sequences.count); 'cajal record' takes several")
    }
    let ends = stopAtEnd ? subject.endTokens : []
    if stopAtEnd && ends.isEmpty {
      throw WorkbenchError(
        .input, "this model names no token that ends a text; leave --stop-at-end out")
    }
    noteReach(tokens.count + greedy, subject, console)
    let evaluation = Evaluation(subject, job: job)
    let result = RunResult(
      tokens: tokens, top: try evaluation.predictions(after: tokens, count: top),
      loss: loss || general.json ? Evaluation.meanLoss(try evaluation.scores([tokens])) : nil,
      generated: try evaluation.greedy(after: tokens, count: greedy, stoppingAfter: ends),
      subject: subject)
    try console.print(
      general.json ? result.json() : result.text(width: console.width, showsLoss: loss))
  }

  /// Says when a model is taken beyond the positions it was made for; learned positions refuse.
  private func noteReach(_ reach: Int, _ subject: Subject, _ console: Console) {
    let shape = subject.shape
    guard reach > shape.context, !shape.contextIsLimit, !general.quiet else { return }
    console.writeError(
      "cajal: note: \(reach) tokens are more than the \(shape.context) positions this model was made "
        + "for; what it says beyond them means little\n")
  }
}
