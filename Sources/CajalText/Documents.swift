// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization

extension Tokenizer {
  /// The tokens of many documents, several documents at a time.
  ///
  /// The answer is that of ``encoding(of:addSpecialTokens:)`` for each, whatever the number of threads.
  ///
  /// - Parameters:
  ///   - documents: Texts; long ones are not split, so a single one gains nothing.
  ///   - addSpecialTokens: Whether each document gets the tokens that the file wants around a text.
  ///   - threads: How many documents may be worked on at once.
  /// - Returns: One encoding a document, in order.
  /// - Throws: The error of the first document that has one.
  /// - Cost: Near-linear gain while documents are many; workers take runs of about 64 kB.
  public func encodings(
    of documents: [String], addSpecialTokens: Bool = true, threads: Int
  ) throws(TextError) -> [Encoding] {
    try Self.map(documents, threads: threads) { text throws(TextError) in
      try encoding(of: text, addSpecialTokens: addSpecialTokens)
    }
  }

  /// The same without stretches: only the numbers of the tokens.
  public func encode(
    _ documents: [String], addSpecialTokens: Bool = true, threads: Int
  ) throws(TextError) -> [[Int]] {
    try Self.map(documents, threads: threads) { text throws(TextError) in
      try encode(text, addSpecialTokens: addSpecialTokens)
    }
  }

  private static func map<Result: Sendable>(
    _ documents: [String], threads: Int,
    _ body: @Sendable (String) throws(TextError) -> Result
  ) throws(TextError) -> [Result] {
    precondition(threads > 0, "\(threads) threads asked for; at least one is needed")
    let runs = Self.runs(of: documents)
    let next = Atomic<Int>(0)
    let results = Mutex<[Swift.Result<[Result], TextError>?]>(
      Array(repeating: nil, count: runs.count))
    DispatchQueue.concurrentPerform(iterations: min(threads, runs.count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < runs.count else { return }
        let result = Swift.Result { () throws(TextError) in
          var results: [Result] = []
          results.reserveCapacity(runs[index].count)
          for document in documents[runs[index]] { results.append(try body(document)) }
          return results
        }
        results.withLock { $0[index] = result }
      }
    }
    var joined: [Result] = []
    joined.reserveCapacity(documents.count)
    for result in results.withLock({ $0 }) { joined += try result?.get() ?? [] }
    return joined
  }

  /// Runs of documents of about the same length together.
  private static func runs(of documents: [String]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var (start, length) = (0, 0)
    for (index, document) in documents.enumerated() {
      length += document.utf8.count + 64
      if length >= 1 << 16 {
        runs.append(start..<index + 1)
        (start, length) = (index + 1, 0)
      }
    }
    if start < documents.count { runs.append(start..<documents.count) }
    return runs
  }
}
