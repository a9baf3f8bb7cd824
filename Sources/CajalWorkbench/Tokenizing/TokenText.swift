// SPDX-License-Identifier: Apache-2.0
public import CajalText
import Foundation

/// The text of tokens that are written as numbers, however many: `1 2 3`, with spaces, commas, line
/// ends or brackets between them.
public struct TokenText: Sendable {
  /// What decodes.
  public var tokenizer: any Tokenizer
  /// Whether special tokens are left out of the text.
  public var skipSpecialTokens = true

  /// The text of tokens of a tokenizer.
  public init(_ tokenizer: any Tokenizer) { self.tokenizer = tokenizer }

  /// Reads numbers and hands over their text as soon as it is certain.
  ///
  /// - Parameters:
  ///   - source: What gives the next bytes, none behind the last.
  ///   - job: Is told how many tokens are done.
  ///   - onTokens: Is given the tokens, in portions.
  ///   - onText: Is given the text, in portions.
  /// - Throws: ``WorkbenchError/Code/input`` for anything that is not a token of this tokenizer, with
  ///   its place.
  public func decode(
    _ source: () throws -> [UInt8], job: Job, onTokens: ([Int]) throws -> Void = { _ in },
    onText: (String) throws -> Void
  ) throws {
    let stage = try job.stage("decoding", unit: "tokens")
    var decoder = tokenizer.streamingDecoder(skipSpecialTokens: skipSpecialTokens)
    var words = NumberWords()
    var done = 0
    while true {
      let bytes = try source()
      var tokens = try words.append(bytes)
      if bytes.isEmpty, let last = try words.finish() { tokens.append(last) }
      if let id = tokens.first(where: { $0 >= tokenizer.vocabularySize }) {
        throw WorkbenchError(.input, Self.absence(of: id, tokenizer))
      }
      try onTokens(tokens)
      var text = ""
      for token in tokens { text += decoder.append(token) }
      if bytes.isEmpty { text += decoder.finish() }
      if !text.isEmpty { try onText(text) }
      done += tokens.count
      try stage.advance(to: done)
      if bytes.isEmpty { return }
    }
  }

  /// Why a number is no token.
  static func absence(of id: Int, _ tokenizer: any Tokenizer) -> String {
    "token \(id) does not exist; this tokenizer has the tokens 0 to \(tokenizer.vocabularySize - 1)"
  }
}

/// Numbers out of bytes that come in portions.
private struct NumberWords {
  private var number: Int?
  private var position = 0

  mutating func append(_ bytes: [UInt8]) throws(WorkbenchError) -> [Int] {
    var numbers: [Int] = []
    for byte in bytes {
      position += 1
      switch byte {
      case 0x30...0x39:
        let next = (number ?? 0) * 10 + Int(byte - 0x30)
        guard next <= Int(Int32.max) else {
          throw WorkbenchError(.input, "the number at byte \(position) is too large for a token")
        }
        number = next
      case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"):
        if let number { numbers.append(number) }
        number = nil
      default:
        throw WorkbenchError(
          .input,
          "byte \(position) of the tokens belongs to no number; write numbers such as \"1 2 3\" "
            + "or [1, 2, 3]")
      }
    }
    return numbers
  }

  mutating func finish() throws(WorkbenchError) -> Int? { number }
}
