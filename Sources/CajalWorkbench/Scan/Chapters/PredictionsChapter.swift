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

  static func findings(_ context: ScanContext) throws -> [Finding] {
    let stage = try context.job.stage(
      "continuing texts", total: SampleText.beginnings.count, unit: "texts")
    var findings: [Finding] = []
    for (index, beginning) in SampleText.beginnings.enumerated() {
      do {
        findings.append(try finding(beginning, context))
      } catch let error as TextError {
        return [unreadable(error.message, context)]
      } catch let error as WorkbenchError where error.code == .input {
        return [unreadable(error.message, context)]
      }
      try stage.advance(to: index + 1)
    }
    return findings
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

  private static func finding(_ beginning: String, _ context: ScanContext) throws -> Finding {
    let subject = context.subject
    let tokens = try subject.tokens(of: beginning)
    let evaluation = Evaluation(subject)
    let scores = try evaluation.scores([tokens])[0]
    let predictions = try evaluation.predictions(after: tokens, count: shownPredictions)
    let room = subject.shape.contextIsLimit ? subject.shape.context - tokens.count + 1 : continuation
    let made = try evaluation.greedy(after: tokens, count: max(0, min(continuation, room)))
    let first = predictions.first.map {
      "“\(subject.tokenizer.display($0.id))” with \(Quantity.percent($0.probability))"
    }
    return context.finding(
      card, "After “\(beginning)” it expects \(first ?? "nothing").",
      options: ["top": .integer(shownPredictions), "greedy": .integer(made.count)],
      inputs: [Provenance.Input(name: "built-in beginning", content: beginning)],
      evidence: [
        .tokens(strip(scores, subject)), .table(table(predictions, subject)),
        .text(
          Evidence.Text(
            title: "How it goes on",
            caption: "\(made.count) tokens, each the likeliest after all before it.",
            body: subject.tokenizer.decode(tokens + made), kind: .verbatim)),
      ])
  }

  private static func strip(_ scores: [TokenScore], _ subject: Subject) -> Evidence.TokenStrip {
    Evidence.TokenStrip(
      title: "The beginning, token by token", caption: "Darker is more surprising.",
      valueAxis: Axis("surprise", unit: "nats"),
      tokens: zip(scores, subject.pieces(scores.map(\.token))).map { score, piece in
        .init(piece, value: score.loss, note: score.expected.map { LossChapter.note($0, subject) })
      })
  }

  private static func table(_ predictions: [Prediction], _ subject: Subject) -> Evidence.Table {
    Evidence.Table(
      title: "What may come next",
      caption: "The \(predictions.count) likeliest of \(subject.shape.vocabulary) tokens; blind "
        + "guessing gives each \(Quantity.percent(1 / Double(subject.shape.vocabulary))).",
      columns: [.init("Token", .token), .init("Number", .number), .init("Probability", .bar, unit: "%")],
      rows: predictions.map {
        [.text(subject.pieces([$0.id])[0]), .number($0.id), .number($0.probability * 100)]
      })
  }
}
