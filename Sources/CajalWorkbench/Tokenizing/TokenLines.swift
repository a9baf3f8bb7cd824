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
  public func encode(_ path: String, job: Job, write: @escaping (String) throws -> Void) throws {
    try answer(path, job, write) { line, json, flush in
      let text = try Self.reading { () throws(JSONLine.Fault) in try JSONLine.text(line) }
      let encoding: Encoding
      do throws(TextError) {
        encoding = try tokenizer.encoding(of: text, addSpecialTokens: addSpecialTokens)
      } catch {
        throw Fault(message: error.message, cause: error)
      }
      json.raw("{")
      try TokenizedText.appendMembers(
        encoding, tokenizer, to: &json, separator: ", ", flush: flush)
      json.raw("}\n")
    }
  }

  /// Answers each line, a list of tokens as JSON, with its text as JSON.
  ///
  /// - Throws: As ``encode(_:job:write:)``.
  public func decode(_ path: String, job: Job, write: @escaping (String) throws -> Void) throws {
    try answer(path, job, write) { line, json, _ in
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

  /// Takes a line, puts its answer together, and lets go of what is there now and then.
  private typealias Answer =
    @Sendable (UnsafeBufferPointer<UInt8>, inout JSONBytes, (inout JSONBytes) throws -> Void) throws
    -> Void

  /// The answer of a longer line is written while it is put together.
  private static let longLine = 1 << 20

  private func answer(
    _ path: String, _ job: Job, _ write: @escaping (String) throws -> Void, _ body: @escaping Answer
  ) throws {
    let stream = try LineStream(path)
    defer { stream.abandon() }
    let stage = try job.stage("tokenizing", unit: "bytes")
    var done = 0
    while let batch = try stream.next(job) {
      // A group of parts at a time: the answers are some ten times as long as the lines.
      let lines = batch.lines
      let parts = Self.parts(of: lines)
      var next = 0
      while next < parts.count {
        if lines[parts[next].lowerBound].count >= Self.longLine {
          try answerLong(parts[next].lowerBound, of: batch, lines, stream.name, write, body)
          next += 1
        } else {
          let isShort = { (part: Range<Int>) in lines[part.lowerBound].count < Self.longLine }
          let group = parts[next..<min(next + 16, parts.count)].prefix(while: isShort)
          try answer(group, of: batch, lines, stream.name, write, body)
          next += group.count
        }
        try job.checkInterruption()
      }
      done += batch.bytes.count
      try stage.advance(to: done)
    }
  }

  private func answerLong(
    _ index: Int, of batch: LineStream.Batch, _ lines: [Range<Int>], _ name: String,
    _ write: @escaping (String) throws -> Void, _ body: Answer
  ) throws {
    var json = JSONBytes(isForTerminal: isForTerminal)
    do {
      try batch.bytes.withUnsafeBufferPointer { bytes in
        try body(UnsafeBufferPointer(rebasing: bytes[lines[index]]), &json) {
          try write($0.take())
        }
      }
    } catch let fault as Fault {
      throw Self.refusal(fault, batch.firstLine + index, name)
    }
    try write(json.take())
  }

  /// The answers of some lines together, and what is wrong with the line that ended them.
  private struct Part: Sendable {
    var text = ""
    var fault: (line: Int, fault: Fault)?
  }

  private func answer(
    _ group: ArraySlice<Range<Int>>, of batch: LineStream.Batch, _ lines: [Range<Int>],
    _ name: String, _ write: @escaping (String) throws -> Void, _ body: @escaping Answer
  ) throws {
    let answers = Mutex([Part](repeating: Part(), count: group.count))
    Threads.forEach(group.count) { index in
      let part = answered(lines, group[group.startIndex + index], of: batch, body)
      answers.withLock { $0[index] = part }
    }
    for part in answers.withLock({ $0 }) {
      if !part.text.isEmpty { try write(part.text) }
      if let (line, fault) = part.fault { throw Self.refusal(fault, line, name) }
    }
  }

  private static func refusal(_ fault: Fault, _ line: Int, _ name: String) -> WorkbenchError {
    WorkbenchError(.input, "line \(line) of \(name): \(fault.message)", cause: fault.cause)
  }

  private func answered(
    _ lines: [Range<Int>], _ range: Range<Int>, of batch: LineStream.Batch, _ body: Answer
  ) -> Part {
    var part = Part()
    var json = JSONBytes(isForTerminal: isForTerminal)
    batch.bytes.withUnsafeBufferPointer { bytes in
      for index in range {
        let start = json.count
        do {
          try body(UnsafeBufferPointer(rebasing: bytes[lines[index]]), &json) { _ in }
        } catch {
          json.removeLast(json.count - start)
          let fault = error as? Fault ?? Fault(message: "\(error)", cause: error)
          part.fault = (batch.firstLine + index, fault)
          break
        }
      }
    }
    part.text = json.take()
    return part
  }

  /// Runs of lines of about 16 kB together; a long line is a run of its own.
  private static func parts(of lines: [Range<Int>]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var (start, length) = (0, 0)
    for (index, line) in lines.enumerated() {
      if line.count >= longLine, start < index {
        parts.append(start..<index)
        (start, length) = (index, 0)
      }
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
