// SPDX-License-Identifier: Apache-2.0
import CajalFinding
import CajalModel
import CajalText
import CajalWorkbench
import CajalZoo
import Foundation

/// What `cajal run` prints.
struct RunResult {
  let tokens: [Int]
  let reading: Reading
  var continuation: TextGeneration.Result?
  let subject: Subject

  init(tokens: [Int], reading: Reading, subject: Subject) {
    (self.tokens, self.reading, self.subject) = (tokens, reading, subject)
  }

  /// The keys of the JSON form, all of them always.
  private struct Document: Encodable {
    struct Token: Encodable {
      let id: Int
      let token: String
      let probability: Double
    }
    let tokens: [Int]
    let text: String
    let top: [Token]
    let loss: Double?
    let continuation: TextGeneration.Result?

    enum Key: String, CodingKey {
      case tokens, text, top, loss, generated, generatedText, stopReason, stopString
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(tokens, forKey: .tokens)
      try container.encode(text, forKey: .text)
      try container.encode(top, forKey: .top)
      try container.encode(loss, forKey: .loss)
      try container.encode(continuation?.tokens ?? [], forKey: .generated)
      try container.encode(continuation?.text ?? "", forKey: .generatedText)
      try container.encode(continuation?.reason, forKey: .stopReason)
      try container.encode(continuation?.stop, forKey: .stopString)
    }
  }

  func json() throws -> String {
    try JSONText.of(
      Document(
        tokens: tokens, text: subject.tokenizer.decode(tokens),
        top: reading.predictions.map {
          .init(
            id: $0.id, token: subject.tokenizer.token($0.id) ?? "#\($0.id)",
            probability: $0.probability)
        }, loss: reading.loss, continuation: continuation))
  }

  func text(width: Int, showsLoss: Bool) -> String {
    var lines = [
      "\(Terminal.sanitized(subject.name)) · \(subject.loaded.family) · "
        + "\(tokens.count) \(tokens.count == 1 ? "token" : "tokens")"
    ]
    lines += ["", "Read"] + wrapped(tokens.map(subject.tokenizer.display), width)
    if !reading.predictions.isEmpty {
      lines +=
        ["", "Next"]
        + TextTable(rows: reading.predictions.map(row), alignments: [.right, .right, .left, .left])
        .lines
    }
    if showsLoss { lines += ["", lossLine] }
    return lines.joined(separator: "\n")
  }

  /// `40 tokens`, `12 tokens; ended before “The end”`, `9 tokens; ended by </s>`.
  static func end(of result: TextGeneration.Result, _ subject: Subject) -> String {
    let count = "\(result.tokens.count) \(result.tokens.count == 1 ? "token" : "tokens")"
    switch result.reason {
    case .limit: return count
    case .stopString: return "\(count); ended before “\(Terminal.sanitized(result.stop ?? ""))”"
    case .endToken:
      return "\(count); ended by \(result.tokens.last.map(subject.tokenizer.display) ?? "")"
    }
  }

  private func row(_ prediction: Prediction) -> [String] {
    let bar = String(repeating: "█", count: Int((prediction.probability * 24).rounded()))
    return [
      Quantity.percent(prediction.probability), "\(prediction.id)",
      subject.tokenizer.display(prediction.id), bar,
    ]
  }

  private var lossLine: String {
    guard let loss = reading.loss else { return "Loss  none: one token alone predicts nothing" }
    let uniform = log(Double(subject.shape.vocabulary))
    return
      "Loss  \(Quantity.fixed(loss, 4)) nats a predicted token (\(reading.predictedCount) predicted"
      + (reading.windows.map { " in \($0) windows" } ?? "")
      + "; guessing uniformly \(Quantity.fixed(uniform, 4)))"
  }

  /// Pieces between spaces, indented, in lines of a width; a long text is cut in the middle.
  private func wrapped(_ pieces: [String], _ width: Int) -> [String] {
    let limit = 200
    let shown =
      pieces.count <= limit
      ? pieces
      : pieces.prefix(limit / 2) + ["… \(pieces.count - limit) more …"] + pieces.suffix(limit / 2)
    var lines = [""]
    for piece in shown {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = "  " + piece
      } else if last.count + piece.count + 1 <= width {
        lines[lines.count - 1] += " " + piece
      } else {
        lines.append("  " + piece)
      }
    }
    return lines
  }
}
