// SPDX-License-Identifier: Apache-2.0
public import CajalModel
import CajalText

extension Metric {
  /// Reads `loss`, `logit:TOKEN`, `logprob:TOKEN` or `difference:A,B` for a subject.
  ///
  /// A token is its number, where it is written in digits alone, or a text that is exactly one token
  /// without the special tokens around it; spaces count, so GPT-2's token for " Mary" is written with
  /// its space. A backslash makes the next character stand for itself: `\,` is a comma inside a token
  /// and `\7` the text "7"; `\n` is a line end and `\t` a tabulator.
  ///
  /// - Throws: `WorkbenchError.input` saying what cannot be read, or which tokens a text is.
  public init(parsing text: String, for subject: Subject) throws {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let words = parts.count == 2 ? Self.words(parts[1]) : []
    switch (parts[0], words.count) {
    case ("loss", 0) where parts.count == 1: self = .loss
    case ("logit", 1): self = .logit(try words[0].id(in: subject))
    case ("logprob", 1): self = .logProbability(try words[0].id(in: subject))
    case ("difference", 2):
      let (token, other) = (try words[0].id(in: subject), try words[1].id(in: subject))
      guard token != other else {
        throw WorkbenchError(
          .input, "'\(text)' subtracts token \(token) from itself; name two tokens")
      }
      self = .logitDifference(token, other)
    default: throw Self.refusal(text, words.count)
    }
  }

  /// What stands between the commas, of which one behind a backslash separates nothing.
  private static func words(_ text: Substring) -> [TokenWord] {
    var words = [TokenWord()]
    var isEscaped = false
    for character in text {
      if isEscaped {
        words[words.count - 1].append(escaped: character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "," {
        words.append(TokenWord())
      } else {
        words[words.count - 1].text.append(character)
      }
    }
    if isEscaped { words[words.count - 1].append(escaped: "\\") }
    return words
  }

  private static func refusal(_ text: String, _ count: Int) -> WorkbenchError {
    let excerpt = text.prefix(80)
    let known = "write loss, logit:TOKEN, logprob:TOKEN or difference:A,B"
    guard ["logit", "logprob", "difference"].contains(where: { text.hasPrefix($0 + ":") }) else {
      return WorkbenchError(.input, "there is no metric '\(excerpt)'; \(known)")
    }
    return WorkbenchError(
      .input,
      "'\(excerpt)' names \(count) \(count == 1 ? "token" : "tokens"); \(known), with \\, for a comma "
        + "inside a token")
  }
}

/// A token as somebody wrote it.
private struct TokenWord {
  var text = ""
  /// Whether a backslash says that this is text, whatever it looks like.
  var isText = false

  mutating func append(escaped character: Character) {
    isText = true
    switch character {
    case "n": text.append("\n")
    case "t": text.append("\t")
    default: text.append(character)
    }
  }

  /// The one token it means.
  func id(in subject: Subject) throws -> Int {
    guard !text.isEmpty else {
      throw WorkbenchError(.input, "a token of the metric is empty; write its number or its text")
    }
    let answers = subject.shape.answers
    if !isText, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      guard let id = Int(text), id < answers else {
        throw WorkbenchError(
          .input,
          "token \(text.prefix(40)) does not exist: this model answers in 0 to \(answers - 1)")
      }
      return id
    }
    let ids = try subject.tokens(of: text, addSpecialTokens: false)
    guard ids.count == 1, ids[0] < answers else { throw refusal(ids, subject) }
    return ids[0]
  }

  private func refusal(_ ids: [Int], _ subject: Subject) -> WorkbenchError {
    let shown = text.prefix(40).map { $0 == "\n" ? "\\n" : $0 == "\t" ? "\\t" : String($0) }
      .joined()
    guard ids.count != 1 else {
      return WorkbenchError(
        .input,
        "'\(shown)' is token \(ids[0]), which this model reads and does not answer in")
    }
    let pieces = ids.prefix(12).map { "\(subject.tokenizer.display($0)) (\($0))" }
    return WorkbenchError(
      .input,
      ids.isEmpty
        ? "'\(shown)' is no token at all; write the number of one"
        : "'\(shown)' is not one token but \(ids.count): \(pieces.joined(separator: " "))"
          + (ids.count > 12 ? " …" : "") + "; name one of them by its number")
  }
}
