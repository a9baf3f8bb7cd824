// SPDX-License-Identifier: Apache-2.0
import CajalTensor
public import CajalText
import Synchronization

/// Texts and tokens that come as lines of JSON and leave as such, in their order.
///
/// Memory does not grow with the number of lines: some megabytes of them are worked on at a time, by as
/// many threads as the caller allows. Lines that came are answered before more are waited for.
public struct TokenLines: Sendable {
  /// What encodes and decodes.
  public var tokenizer: any Tokenizer
  /// Whether a text gets the tokens that the tokenizer wants around it.
  public var addSpecialTokens = true
  /// Whether decoded text is without special tokens.
  public var skipSpecialTokens = true
  /// Whether a terminal shows the answers, which then have everything invisible escaped.
  public var isForTerminal = false

  /// Lines for a tokenizer.
  public init(_ tokenizer: any Tokenizer) { self.tokenizer = tokenizer }

  /// Answers each line, a text as JSON, with an object of `ids`, `tokens`, `offsets`, `decoded`.
  ///
  /// - Parameters:
  ///   - path: A file; `-` is standard input.
  ///   - job: Is told how many lines are done.
  ///   - write: Takes whole lines.
  /// - Throws: ``WorkbenchError/Code/input`` with the number of a line that is no text or cannot be
  ///   encoded, behind the answers to all lines before it; what `write` throws.
  public func encode(_ path: String, job: Job, write: (String) throws -> Void) throws {
    try answer(path, job, write) { line, json throws(Fault) in
      let text = try Self.reading { () throws(JSONLine.Fault) in try JSONLine.text(line) }
      let encoding: Encoding
      do throws(TextError) {
        encoding = try tokenizer.encoding(of: text, addSpecialTokens: addSpecialTokens)
      } catch {
        throw Fault(message: error.message, cause: error)
      }
      json.raw("{")
      TokenizedText.appendMembers(encoding, tokenizer, to: &json, separator: ", ") { _ in }
      json.raw("}\n")
    }
  }

  /// Answers each line, a list of tokens as JSON, with its text as JSON.
  ///
  /// - Throws: As ``encode(_:job:write:)``.
  public func decode(_ path: String, job: Job, write: (String) throws -> Void) throws {
    try answer(path, job, write) { line, json throws(Fault) in
      let ids = try Self.reading { () throws(JSONLine.Fault) in try JSONLine.tokens(line) }
      if let id = ids.first(where: { $0 >= tokenizer.vocabularySize }) {
        throw Fault(message: TokenText.absence(of: id, tokenizer))
      }
      json.text(tokenizer.decode(ids, skipSpecialTokens: skipSpecialTokens))
      json.raw("\n")
    }
  }
}

extension TokenLines {
  /// Why a line has no answer.
  private struct Fault: Error {
    var message: String
    var cause: (any Error)?
  }

  private static func reading<Result>(
    _ body: () throws(JSONLine.Fault) -> Result
  ) throws(Fault) -> Result {
    do {
      return try body()
    } catch {
      throw Fault(message: error.message)
    }
  }

  private typealias Answer =
    @Sendable (UnsafeBufferPointer<UInt8>, inout JSONBytes) throws(Fault) -> Void

  private func answer(
    _ path: String, _ job: Job, _ write: (String) throws -> Void, _ body: @escaping Answer
  ) throws {
    let stream = try LineStream(path)
    defer { stream.abandon() }
    let stage = try job.stage("tokenizing", unit: "bytes")
    var done = 0
    while let batch = try stream.next(job) {
      try answer(batch, of: stream.name, job, write, body)
      done += batch.bytes.count
      try stage.advance(to: done)
    }
  }

  /// The answers of some lines together, and what is wrong with the line that ended them.
  private struct Part: Sendable {
    var text = ""
    var fault: (line: Int, fault: Fault)?
  }

  private func answer(
    _ batch: LineStream.Batch, of name: String, _ job: Job, _ write: (String) throws -> Void,
    _ body: @escaping Answer
  ) throws {
    let lines = batch.lines
    // A group of parts at a time: the answers are some ten times as long as the lines.
    let parts = Self.parts(of: lines)
    for start in stride(from: 0, to: parts.count, by: 16) {
      let group = parts[start..<min(start + 16, parts.count)]
      let answers = Mutex([Part](repeating: Part(), count: group.count))
      Threads.forEach(group.count) { index in
        let part = answered(lines, group[start + index], of: batch, body)
        answers.withLock { $0[index] = part }
      }
      for part in answers.withLock({ $0 }) {
        if !part.text.isEmpty { try write(part.text) }
        if let (line, fault) = part.fault {
          throw WorkbenchError(
            .input, "line \(line) of \(name): \(fault.message)", cause: fault.cause)
        }
      }
      try job.checkInterruption()
    }
  }

  private func answered(
    _ lines: [Range<Int>], _ range: Range<Int>, of batch: LineStream.Batch, _ body: Answer
  ) -> Part {
    var part = Part()
    var json = JSONBytes(isForTerminal: isForTerminal)
    batch.bytes.withUnsafeBufferPointer { bytes in
      for index in range {
        do throws(Fault) {
          try body(UnsafeBufferPointer(rebasing: bytes[lines[index]]), &json)
        } catch {
          part.fault = (batch.firstLine + index, error)
          return
        }
      }
    }
    part.text = json.take()
    return part
  }

  /// Runs of lines of about 16 kB together.
  private static func parts(of lines: [Range<Int>]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var (start, length) = (0, 0)
    for (index, line) in lines.enumerated() {
      length += line.count + 16
      if length >= 1 << 14 {
        parts.append(start..<index + 1)
        (start, length) = (index + 1, 0)
      }
    }
    if start < lines.count { parts.append(start..<lines.count) }
    return parts
  }
}
