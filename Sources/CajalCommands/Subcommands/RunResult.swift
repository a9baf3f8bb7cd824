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
  let top: [Prediction]
  let loss: Double?
  let generated: [Int]
  let subject: Subject

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
    let generated: [Int]

    enum Key: String, CodingKey { case tokens, text, top, loss, generated }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(tokens, forKey: .tokens)
      try container.encode(text, forKey: .text)
      try container.encode(top, forKey: .top)
      try container.encode(loss, forKey: .loss)
      try container.encode(generated, forKey: .generated)
    }
  }

  func json() throws -> String {
    try JSONText.of(
      Document(
        tokens: tokens, text: subject.tokenizer.decode(tokens),
        top: top.map {
          .init(
            id: $0.id, token: subject.tokenizer.token($0.id) ?? "#\($0.id)",
            probability: $0.probability)
        }, loss: loss, generated: generated))
  }

  func text(width: Int, showsLoss: Bool) -> String {
    var lines = [
      "\(Terminal.sanitized(subject.name)) · \(subject.loaded.family) · "
        + "\(tokens.count) \(tokens.count == 1 ? "token" : "tokens")"
    ]
    lines += ["", "Read"] + wrapped(tokens.map(subject.tokenizer.display), width)
    if !top.isEmpty {
      lines +=
        ["", "Next"]
        + TextTable(rows: top.map(row), alignments: [.right, .right, .left, .left]).lines
    }
    if showsLoss { lines += ["", lossLine] }
    if !generated.isEmpty {
      let made = subject.tokenizer.decode(tokens + generated)
      lines += ["", "Continued by \(generated.count) \(generated.count == 1 ? "token" : "tokens")"]
      lines += Terminal.sanitized(made, keepingLineBreaks: true)
        .split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
    }
    return lines.joined(separator: "\n")
  }

  private func row(_ prediction: Prediction) -> [String] {
    let bar = String(repeating: "█", count: Int((prediction.probability * 24).rounded()))
    return [
      Quantity.percent(prediction.probability), "\(prediction.id)",
      subject.tokenizer.display(prediction.id), bar,
    ]
  }

  private var lossLine: String {
    guard let loss else { return "Loss  none: one token alone predicts nothing" }
    let uniform = log(Double(subject.shape.vocabulary))
    return
      "Loss  \(Quantity.fixed(loss, 4)) nats a predicted token (\(tokens.count - 1) predicted; "
      + "guessing uniformly \(Quantity.fixed(uniform, 4)))"
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
