// SPDX-License-Identifier: Apache-2.0
import CajalModel
import CajalText

/// A text as sequences a model can run on: windows that follow each other without overlap.
///
/// The text is turned into tokens once, without the marks around it; every window then begins with the
/// mark for a beginning where the tokenizer puts one before a text.
struct TextWindows {
  /// Tokens that are measured at most; a longer text is cut.
  static let tokenLimit = 4096
  /// Tokens of a window at most, marks included.
  static let windowLimit = 256
  /// Letters that are read at most, so that a large file is not turned into tokens for nothing.
  private static let letterLimit = 64 * tokenLimit

  let sequences: [[Int]]
  /// Whether a mark for the beginning stands first in every window.
  let hasMark: Bool
  /// Tokens a window holds at most.
  let length: Int
  /// Whether the text was longer than what is measured.
  let isCut: Bool

  /// The tokens of the text that are measured, without marks.
  var textTokens: [Int] { sequences.flatMap { $0.dropFirst(hasMark ? 1 : 0) } }

  /// Cuts a text.
  ///
  /// - Throws: `WorkbenchError.input` or `TextError` where the model's tokenizer cannot express it.
  init(_ text: String, _ subject: Subject) throws {
    let letters = text.prefix(Self.letterLimit)
    let ids = try subject.tokens(of: String(letters), addSpecialTokens: false)
    let marks = try subject.tokens(of: "")
    hasMark = marks.first != nil && marks.first == subject.tokenizer.beginningOfSequence
    length = min(Self.windowLimit, subject.shape.context)
    isCut = ids.count > Self.tokenLimit || letters.endIndex < text.endIndex
    let measured = ids.prefix(Self.tokenLimit)
    let step = max(1, length - (hasMark ? 1 : 0))
    let mark = hasMark ? Array(marks.prefix(1)) : []
    // A last window of one token alone would predict nothing.
    sequences = stride(from: 0, to: measured.count, by: step).map { start in
      mark + measured[start..<min(start + step, measured.count)]
    }.filter { $0.count > 1 }
    guard !sequences.isEmpty else {
      throw WorkbenchError(.input, "the text has too few tokens to predict one from another")
    }
  }
}

extension Subject {
  /// The text of each token as it stands in a sequence, spaces included.
  func pieces(_ tokens: [Int]) -> [String] {
    tokens.indices.map { index in
      let token = tokens[index]
      if tokenizer.isSpecial(token) { return tokenizer.display(token) }
      guard index > 0 else { return tokenizer.decode([token], skipSpecialTokens: false) }
      // Decoders treat the first token of a text in their own way, so the token is read behind one.
      let before = tokenizer.decode([tokens[index - 1]], skipSpecialTokens: false)
      let both = tokenizer.decode([tokens[index - 1], token], skipSpecialTokens: false)
      guard both.hasPrefix(before), !both.contains("\u{FFFD}") else {
        return tokenizer.display(token)
      }
      return String(both.dropFirst(before.count))
    }
  }
}
