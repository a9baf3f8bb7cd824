// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalModel
import CajalText

/// How well the model predicts a text, and how that changes along it.
enum LossChapter: ScanChapter {
  static let title = "How well it predicts"
  static let introduction = """
    The loss is the surprise at the token that really follows, in nats: 0 for certainty, ln V for \
    guessing blindly among V tokens. A language model should be far below guessing by frequency \
    alone, and should get better along a text, because it has more to go by.
    """

  private static let card = MethodCard(
    name: "loss-by-position",
    summary: "Mean negative log-probability of the tokens of a text, by their position.",
    source: "the definition of cross-entropy; intervals by block bootstrap (Künsch 1989)")
  /// Tokens shown in colour.
  private static let shownTokens = 320

  static func content(_ context: ScanContext) throws -> ChapterContent {
    var texts = [(NamedText(SampleText.storyName, SampleText.story), true)]
    if let own = context.ownText { texts.insert((own, false), at: 0) }
    var content = ChapterContent(findings: [])
    for (text, isBuiltIn) in texts {
      do {
        let measurement = try LossMeasurement(text.text, context)
        content.findings.append(finding(text, isBuiltIn, measurement, context))
        content.remarks.append(remark(text, isBuiltIn, measurement))
      } catch let error as TextError where isBuiltIn {
        content.findings.append(skipped(text, error.message, context))
        content.remarks.append(unread)
      } catch let error as WorkbenchError where isBuiltIn && error.code == .input {
        content.findings.append(skipped(text, error.message, context))
        content.remarks.append(unread)
      }
    }
    return content
  }

  private static let unread =
    "It cannot read the built-in texts, so how well it predicts them was not measured."

  private static func remark(
    _ text: NamedText, _ isBuiltIn: Bool, _ measurement: LossMeasurement
  ) -> String {
    let place = isBuiltIn ? "a children's story written for this program" : "“\(text.name)”"
    let comparison = measurement.mean < measurement.unigram ? "better" : "no better"
    return "On \(place) its first guess at the next token is right in "
      + "\(Quantity.percent(measurement.accuracy)) of the cases; it predicts \(comparison) than one "
      + "who only knows how often each token occurs."
  }

  /// A model of numbers or of few letters cannot read the built-in story; that is no failure.
  private static func skipped(
    _ text: NamedText, _ reason: String, _ context: ScanContext
  ) -> Finding {
    context.finding(
      card, "Not measured on the \(text.name): this model cannot read it.",
      inputs: [text.input],
      evidence: [
        .text(
          Evidence.Text(
            title: "Why not",
            caption:
              "Give a text in the model's own tokens to measure it: cajal scan MODEL --text FILE.",
            body: reason))
      ])
  }

  private static func finding(
    _ text: NamedText, _ isBuiltIn: Bool, _ measurement: LossMeasurement, _ context: ScanContext
  ) -> Finding {
    let (mean, unigram) = (measurement.mean, measurement.unigram)
    let cut = measurement.windows.isCut ? " (the beginning of the text)" : ""
    return context.finding(
      card,
      "\(Quantity.fixed(mean, 3)) nats a token on \(measurement.losses.count) tokens of "
        + "\(text.name)\(cut): \(mean < unigram ? "better" : "no better") than guessing by frequency "
        + "(\(Quantity.fixed(unigram, 3))), \(mean < measurement.uniform ? "better" : "no better") than "
        + "blind guessing (\(Quantity.fixed(measurement.uniform, 3))).",
      options: [
        "window": .integer(measurement.windows.length),
        "tokenLimit": .integer(TextWindows.tokenLimit),
        "beginsWithMark": .bool(measurement.windows.hasMark),
        "blockLength": .integer(LossMeasurement.blockLength),
        "resamples": .integer(LossMeasurement.resamples),
      ],
      inputs: [text.input],
      evidence: [
        .number(loss(measurement, text, isBuiltIn)), .number(accuracy(measurement)),
        .curve(curve(measurement)), .tokens(strip(measurement, context.subject)),
      ])
  }

  private static func baselines(_ measurement: LossMeasurement) -> [Baseline] {
    [
      Baseline("uniform", measurement.uniform),
      Baseline("unigram", measurement.unigram),
    ]
  }

  private static func loss(
    _ measurement: LossMeasurement, _ text: NamedText, _ isBuiltIn: Bool
  ) -> Evidence.Number {
    var number = Evidence.Number(
      title: "Loss",
      caption: "Nats a predicted token. Uniform is blind guessing, ln V. Unigram is guessing by "
        + "frequency; it knows the frequencies of this very text, so it is a strict baseline where "
        + "the text is short.",
      value: measurement.mean, unit: "nats",
      interval: Interval(low: measurement.interval.low, high: measurement.interval.high),
      baselines: baselines(measurement))
    number.sampleCount = measurement.losses.count
    number.split = Split(text.name, wasLookedAt: isBuiltIn)
    return number
  }

  private static func accuracy(_ measurement: LossMeasurement) -> Evidence.Number {
    var number = Evidence.Number(
      title: "First choice right",
      caption:
        "The share of tokens that the model thought most likely; how sure it was does not count.",
      value: measurement.accuracy * 100, unit: "%")
    number.sampleCount = measurement.losses.count
    return number
  }

  private static func curve(_ measurement: LossMeasurement) -> Evidence.Curve {
    let bins = measurement.bins
    let centres = bins.map {
      (Double($0.positions.lowerBound) * Double($0.positions.upperBound)).squareRoot()
    }
    return Evidence.Curve(
      title: "Loss by position",
      caption:
        "Mean over positions 1, 2, 3–4, 5–8, … of \(measurement.windows.sequences.count) windows "
        + "of at most \(measurement.windows.length) tokens; from \(bins.map(\.count).min() ?? 0) to "
        + "\(bins.map(\.count).max() ?? 0) tokens a point. The band is two standard errors to either "
        + "side, as if tokens were independent. Position 0 is not predicted.",
      x: Axis("position in the window", unit: "tokens", scale: .logarithmic),
      y: Axis("loss", unit: "nats"),
      series: [
        .init(
          "model", x: centres, y: bins.map(\.mean),
          low: bins.map { max(0, $0.mean - 2 * $0.error) },
          high: bins.map { $0.mean + 2 * $0.error })
      ],
      baselines: baselines(measurement))
  }

  private static func strip(
    _ measurement: LossMeasurement, _ subject: Subject
  ) -> Evidence.TokenStrip {
    let scores = measurement.scores[0].prefix(shownTokens)
    let pieces = subject.pieces(scores.map(\.token))
    return Evidence.TokenStrip(
      title: "The first window, token by token",
      caption:
        "A stronger colour is more surprising; the scale ends at \(Int(greatestSurprise)) nats in "
        + "every strip. Point at a token for its surprise and for what was expected. It is one text; "
        + "why a token surprises is not shown.",
      valueAxis: surprise, colors: surpriseColors,
      tokens: zip(scores, pieces).map { score, piece in
        .init(piece, value: score.loss, note: score.expected.map { note($0, subject) })
      })
  }

  /// What the colours of token strips show; one scale for all, so that texts can be compared.
  static let surprise = Axis("surprise", unit: "nats")
  static let surpriseColors = ColorScale(.sequential, low: 0, high: greatestSurprise)
  private static let greatestSurprise = 10.0

  /// `expected ␣cat, 42.0 %`.
  static func note(_ prediction: Prediction, _ subject: Subject) -> String {
    guard prediction.id >= 0 else { return "no expectation: the logits are not numbers" }
    return "expected \(subject.tokenizer.display(prediction.id)), "
      + Quantity.percent(prediction.probability)
  }
}
