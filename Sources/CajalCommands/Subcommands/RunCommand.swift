// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CajalModel
import CajalText
import CajalWorkbench

/// `cajal run`: what a model says next.
struct RunCommand: WorkCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a model on a text: what comes next, the loss, a continuation.",
    discussion: """
      Examples:
        cajal run models/stories260K --text "Once upon a time" --top 5
        cajal run models/stories260K --file story.txt --loss
        cajal run models/stories260K --text "Once" --greedy 50
        cajal run models/stories260K --text "Once" --sample 200 --top-p 0.9 \\
          --stop "The end" --seed 7
        cajal run models/stories260K --text "Once" --greedy 50 \\
          --intervene "scale attentionOut.2 0"
        cajal run models/gpt2 --tokens "31 17 99" --json
        cajal run models/chat --chat "Who was Cajal?" --system "Be brief."

      A continuation appears as it is made. Draws take the settings in this order: repetition \
      penalty, temperature, top k, top p, min p.

      A text longer than the positions the model was made for is read in windows of that many tokens \
      for the loss, and what comes next is read from its end. --tokens are always one sequence.

      --chat and --messages are written as the model's chat template has them ('cajal chat-template' \
      shows it). The answer has at most 256 tokens unless --greedy or --sample says otherwise, and ends \
      behind a token that ends a turn.

      Interventions are written as 'cajal record --help' says and act on everything that is run. In a \
      continuation position=-1 is every newest position, and what was changed stays changed.

      JSON has the keys tokens, text, top (id, token, probability; likeliest first), loss (mean nats \
      a predicted token, null where nothing is predicted), generated (tokens), generatedText (up to \
      the text that ended it), stopReason (limit, endToken or stopString; null without \
      continuation) and stopString (the text that ended it, or null).
      """)

  @OptionGroup var model: ModelArgument
  @OptionGroup var prompt: PromptArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Show the k likeliest next tokens.", valueName: "k"))
  var top = 5

  @Flag(help: "Show the mean loss of the tokens, in nats.")
  var loss = false

  @OptionGroup var settings: GenerationArguments

  @Option(help: ArgumentHelp("Change the run; may be given several times.", valueName: "spec"))
  var intervene: [String] = []

  @OptionGroup var general: GeneralArguments

  func check() throws {
    try prompt.check()
    if top < 0 { throw ValidationError("--top must not be negative") }
    try generation.check()
  }

  /// Tokens of an answer where nobody says how many.
  private static let answerLimit = 256

  /// The settings as they were given; a conversation is answered without being asked to.
  private var generation: GenerationArguments {
    var settings = settings
    if prompt.isConversation, settings.greedy == nil, settings.sample == nil {
      settings.greedy = Self.answerLimit
    }
    return settings
  }

  func work(_ job: Job, _ console: Console) throws {
    let subject = try Subject.open(model.model, job: job)
    let chat = try prompt.chatPrompt(for: subject)
    let sequences = try prompt.sequences(for: subject, chat: chat)
    guard sequences.count == 1, let tokens = sequences.first else {
      throw WorkbenchError(
        .input,
        "run takes one sequence and there are \(sequences.count); 'cajal record' takes several")
    }
    let interventions = try intervene.flatMap { try Intervention.parse($0, seed: general.seed) }
    var continuation = try generation.generation(subject, interventions, seed: general.seed)
    if let chat { continuation.endTokens = subject.endTokens.union(chat.endTokens) }
    noteReach(tokens, subject, console)
    var session =
      continuation.limit > 0 ? try continuation.begin(subject, after: tokens, job: job) : nil
    var result = RunResult(
      tokens: tokens, reading: try reading(tokens, interventions, &session, subject, job),
      subject: subject)
    if general.json {
      result.continuation = try session?.run(job: job)
      return try console.print(result.json())
    }
    try console.print(result.text(width: console.width, showsLoss: loss))
    guard var session else { return }
    try stream(&session, subject, job, console)
  }

  /// One pass over the tokens; what comes next is read where the continuation begins.
  private func reading(
    _ tokens: [Int], _ interventions: [Intervention], _ session: inout TextGeneration.Session?,
    _ subject: Subject, _ job: Job
  ) throws -> Reading {
    let evaluation = Evaluation(subject, job: job)
    let measuresLoss = loss || general.json
    let count = session == nil ? top : 0
    var reading = Reading()
    if isReadInWindows(tokens, subject) {
      reading = try evaluation.reading(
        ofLong: tokens, windowsOf: subject.shape.context,
        mark: subject.tokenizer.beginningOfSequence, predictions: count,
        measuresLoss: measuresLoss)
    } else if measuresLoss || session == nil {
      reading = try evaluation.reading(
        of: tokens, predictions: count, measuresLoss: measuresLoss, interventions: interventions,
        continues: session != nil)
    }
    if top > 0, let found = try session?.predictions(top, job: job) {
      reading.predictions = found
    }
    return reading
  }

  /// Whether the tokens are a text that is cut into windows; a changed run is never cut, because
  /// positions would mean something else.
  private func isReadInWindows(_ tokens: [Int], _ subject: Subject) -> Bool {
    prompt.tokens == nil && intervene.isEmpty && tokens.count > max(subject.shape.context, 1)
      && subject.shape.context > 1
  }

  /// Shows the continuation as it is made, behind the text it continues.
  private func stream(
    _ session: inout TextGeneration.Session, _ subject: Subject, _ job: Job, _ console: Console
  ) throws {
    let word = prompt.isConversation ? "Answered" : "Continued"
    try console.print("\n\(word), \(generation.manner(seed: general.seed))")
    var text = StreamedText(console)
    if !prompt.isConversation { try text.write(Self.end(of: session.promptText)) }
    // A line of progress would be written into the text.
    let result: TextGeneration.Result
    do {
      result = try session.run(job: job.silent) { try text.write($0) }
    } catch let error as WorkbenchError where error.code == .interrupted {
      try text.close()
      throw WorkbenchError(.interrupted, "interrupted; the text is not finished", cause: error)
    } catch {
      try text.close()
      throw error
    }
    try text.close()
    try console.print("\n" + RunResult.end(of: result, subject))
  }

  /// A text, or its end where it is long: it was shown in tokens before.
  private static func end(of text: String) -> String {
    let limit = 1000
    return text.count <= limit ? text : "… " + text.suffix(limit / 2)
  }

  /// Says when a model is taken beyond the positions it was made for; learned positions refuse.
  private func noteReach(_ tokens: [Int], _ subject: Subject, _ console: Console) {
    let shape = subject.shape
    if general.quiet { return }
    if isReadInWindows(tokens, subject) {
      console.writeError(
        "cajal: note: the text has \(tokens.count) tokens, more than the \(shape.context) positions "
          + "this model was made for; it is read in windows of \(shape.context) tokens\n")
    }
    let reach = tokens.count + generation.limit
    guard reach > shape.context, !shape.contextIsLimit,
      generation.limit > 0 || !isReadInWindows(tokens, subject)
    else { return }
    console.writeError(
      "cajal: note: \(reach) tokens are more than the \(shape.context) positions this model was made "
        + "for; what it says beyond them means little\n")
  }
}
