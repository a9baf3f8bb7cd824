// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalModel
import CajalText

/// What the model says after a few beginnings.
enum PredictionsChapter: ScanChapter {
  static let title = "What it says"
  static let introduction = """
    What the model expects after a few beginnings, and how it goes on when every next token is the \
    likeliest one. These are examples to get a feeling for the model; they measure nothing.
    """

  private static let card = MethodCard(
    name: "next-token", summary: "The probabilities of the tokens that may follow a text.",
    source: "the definition of the softmax of the last logits")
  private static let shownPredictions = 8
  private static let continuation = 24

  /// What one beginning led to.
  private struct Outcome {
    let beginning: String
    let scores: [TokenScore]
    let predictions: [Prediction]
    let generated: [Int]
    var tokens: [Int] { scores.map(\.token) }
  }

  static func content(_ context: ScanContext) throws -> ChapterContent {
    let stage = try context.job.stage(
      "continuing texts", total: SampleText.beginnings.count, unit: "texts")
    var outcomes: [Outcome] = []
    for (index, beginning) in SampleText.beginnings.enumerated() {
      do {
        outcomes.append(try outcome(beginning, context))
      } catch let error as TextError {
        return ChapterContent(findings: [unreadable(error.message, context)])
      } catch let error as WorkbenchError where error.code == .input {
        return ChapterContent(findings: [unreadable(error.message, context)])
      }
      try stage.advance(to: index + 1)
    }
    return ChapterContent(
      findings: [finding(outcomes, context)],
      remarks: outcomes.prefix(1).map { outcome in
        "After “\(outcome.beginning)” it goes on: “\(text(outcome, context.subject)) …”."
      })
  }

  private static func outcome(_ beginning: String, _ context: ScanContext) throws -> Outcome {
    let subject = context.subject
    let tokens = try subject.tokens(of: beginning)
    let evaluation = Evaluation(subject)
    let room =
      subject.shape.contextIsLimit ? subject.shape.context - tokens.count + 1 : continuation
    return Outcome(
      beginning: beginning, scores: try evaluation.scores([tokens])[0],
      predictions: try evaluation.predictions(after: tokens, count: shownPredictions),
      generated: try TextGeneration(limit: max(0, min(continuation, room)))
        .run(subject, after: tokens).tokens)
  }

  private static func unreadable(_ reason: String, _ context: ScanContext) -> Finding {
    context.finding(
      card, "No beginnings were tried: this model cannot read the built-in ones.",
      evidence: [
        .text(
          Evidence.Text(
            title: "Why not",
            caption: "Try it in the model's own tokens: cajal run MODEL --tokens \"1 2 3\".",
            body: reason))
      ])
  }

  private static func finding(_ outcomes: [Outcome], _ context: ScanContext) -> Finding {
    let subject = context.subject
    let first = outcomes.first.flatMap { outcome in
      outcome.predictions.first.map {
        "After “\(outcome.beginning)” it expects “\(subject.tokenizer.display($0.id))” with "
          + "\(Quantity.percent($0.probability)); \(outcomes.count) beginnings were tried."
      }
    }
    return context.finding(
      card, first ?? "The model expects nothing.",
      options: ["top": .integer(shownPredictions), "greedy": .integer(continuation)],
      inputs: outcomes.map { Provenance.Input(name: "built-in beginning", content: $0.beginning) },
      evidence: [.table(continuations(outcomes, subject))]
        + outcomes.flatMap { [.tokens(strip($0, subject)), .table(table($0, subject))] })
  }

  private static func continuations(_ outcomes: [Outcome], _ subject: Subject) -> Evidence.Table {
    Evidence.Table(
      title: "How it goes on",
      caption:
        "At most \(continuation) tokens, each the likeliest after all before it; drawn by chance, they "
        + "would be others.",
      columns: [.init("Beginning"), .init("The model's continuation")],
      rows: outcomes.map { outcome in
        [.text(outcome.beginning), .text(text(outcome, subject))]
      })
  }

  /// What was generated, as text.
  private static func text(_ outcome: Outcome, _ subject: Subject) -> String {
    let pieces = subject.pieces(outcome.tokens + outcome.generated)
    return pieces.suffix(outcome.generated.count).joined().trimmed
  }

  private static func strip(_ outcome: Outcome, _ subject: Subject) -> Evidence.TokenStrip {
    Evidence.TokenStrip(
      title: "“\(outcome.beginning)”, token by token",
      caption: "A stronger colour is more surprising to the model. It does not show why.",
      valueAxis: LossChapter.surprise, colors: LossChapter.surpriseColors,
      tokens: zip(outcome.scores, subject.pieces(outcome.tokens)).map { score, piece in
        .init(piece, value: score.loss, note: score.expected.map { LossChapter.note($0, subject) })
      })
  }

  private static func table(_ outcome: Outcome, _ subject: Subject) -> Evidence.Table {
    let last = outcome.tokens.suffix(1)
    return Evidence.Table(
      title: "What may come next",
      caption:
        "The \(outcome.predictions.count) likeliest of \(subject.shape.vocabulary) tokens after "
        + "“\(outcome.beginning)”; blind guessing gives each "
        + "\(Quantity.percent(1 / Double(subject.shape.vocabulary))).",
      columns: [
        .init("Token", .token), .init("Number", .number), .init("Probability", .bar, unit: "%"),
      ],
      rows: outcome.predictions.map {
        [
          .text(subject.pieces(last + [$0.id])[last.count]), .number($0.id),
          .number($0.probability * 100),
        ]
      })
  }
}
