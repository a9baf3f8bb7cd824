import CajalTensor
// SPDX-License-Identifier: Apache-2.0
public import CajalText
import Dispatch
import Synchronization

/// A text with its tokens.
public struct TokenizedText: Sendable {
  /// The text.
  public let text: String
  /// What turned it into tokens.
  public let tokenizer: any Tokenizer
  /// The tokens and the stretch of the text of each.
  public let encoding: Encoding
  /// The text's length in Unicode code points.
  public let characters: Int

  /// Encodes a text.
  ///
  /// The work is done on a thread of its own, so that a job can be ended in the middle.
  ///
  /// - Throws: `TextError` for a text that the vocabulary cannot express, ``WorkbenchError`` where the
  ///   job shall end.
  public init(
    _ text: String, _ tokenizer: any Tokenizer, addSpecialTokens: Bool, job: Job = .unwatched
  ) throws {
    let stage = try job.stage("encoding \(Quantity.bytes(text.utf8.count))")
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result<Encoding, TextError>?>(nil)
    DispatchQueue.global().async {
      let encoding = Result { () throws(TextError) in
        try tokenizer.encoding(of: text, addSpecialTokens: addSpecialTokens)
      }
      result.withLock { $0 = encoding }
      done.signal()
    }
    while done.wait(timeout: .now() + .milliseconds(50)) == .timedOut { try stage.advance(to: 0) }
    guard let encoding = try result.withLock({ $0 })?.get() else {
      throw WorkbenchError(.input, "the text was not encoded")
    }
    (self.text, self.tokenizer, self.encoding) = (text, tokenizer, encoding)
    characters = text.unicodeScalars.count
  }

  /// The text that the tokens stand for, special ones left out.
  public var decoded: String { tokenizer.decode(encoding.ids, skipSpecialTokens: true) }

  /// The spelling of a token as its file has it; empty beyond the vocabulary.
  public func spelling(_ index: Int) -> String { tokenizer.token(encoding.ids[index]) ?? "" }

  /// Writes `ids`, `tokens`, `offsets` and `decoded` as members of an object, without its braces.
  ///
  /// - Parameters:
  ///   - json: Where to.
  ///   - separator: What stands between two members.
  ///   - flush: Is called where much has been put together.
  public func appendMembers<Failure: Error>(
    to json: inout JSONBytes, separator: StaticString,
    flush: (inout JSONBytes) throws(Failure) -> Void
  ) throws(Failure) {
    try Self.appendMembers(encoding, tokenizer, to: &json, separator: separator, flush: flush)
  }

  static func appendMembers<Failure: Error>(
    _ encoding: Encoding, _ tokenizer: any Tokenizer, to json: inout JSONBytes,
    separator: StaticString, flush: (inout JSONBytes) throws(Failure) -> Void
  ) throws(Failure) {
    let ids = encoding.ids
    func list(_ append: (Int, inout JSONBytes) -> Void) throws(Failure) {
      json.raw("[")
      for index in ids.indices {
        if index > 0 { json.raw(", ") }
        append(index, &json)
        if json.count > 1 << 16 { try flush(&json) }
      }
      json.raw("]")
    }
    json.raw(#""ids": "#)
    try list { index, json in json.integer(ids[index]) }
    json.raw(separator)
    json.raw(#""tokens": "#)
    try list { index, json in
      json.text(encoding.spelling(at: index) ?? tokenizer.token(ids[index]) ?? "")
    }
    json.raw(separator)
    json.raw(#""offsets": "#)
    try list { index, json in json.range(encoding.offsets[index]) }
    json.raw(separator)
    json.raw(#""decoded": "#)
    json.text(tokenizer.decode(ids, skipSpecialTokens: true))
    try flush(&json)
  }
}
