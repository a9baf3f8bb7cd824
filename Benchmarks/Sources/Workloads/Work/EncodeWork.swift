// SPDX-License-Identifier: Apache-2.0
import CajalText
package import Foundation

/// Texts to tokens, with or without the stretch of the text that each stands for.
package struct EncodeWork: Work {
  /// How a text is handed over.
  package enum Form: String, Sendable, CaseIterable, Codable {
    /// One string.
    case whole
    /// Line by line, without the line feeds.
    case lines
    /// A file with a string of JSON a line, all handed over at once.
    case documents
  }

  /// What is asked for of every text.
  private enum Found {
    case ids([[Int]])
    case encodings([Encoding])
  }

  private let tokenizer: any Tokenizer
  private let texts: [String]
  private let form: Form
  private let wantsOffsets: Bool
  private let threads: Int

  /// The tokenizer of a file or folder, for the text of another file.
  package init(
    _ path: String, text: URL, form: Form, wantsOffsets: Bool, threads: Int
  ) throws {
    guard let tokenizer = try TokenizerFile.open(URL(fileURLWithPath: path)) else {
      throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: path])
    }
    self.tokenizer = tokenizer
    self.form = form
    self.wantsOffsets = wantsOffsets
    self.threads = threads
    texts = try Self.texts(Data(contentsOf: text), form)
  }

  private static func texts(_ data: Data, _ form: Form) throws -> [String] {
    if form == .whole { return [String(decoding: data, as: UTF8.self)] }
    var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    if form == .lines { return lines.map { String(decoding: $0, as: UTF8.self) } }
    return try lines.map { try JSONDecoder().decode(String.self, from: $0) }
  }

  package var sizes: [String: Int] {
    ["texts": texts.count, "bytes": texts.reduce(0) { $0 + $1.utf8.count }]
  }

  package func perform() throws -> Outcome {
    let found = try encode()
    return Outcome { Self.checks(found) }
  }

  private func encode() throws -> Found {
    switch (form, wantsOffsets) {
    case (.documents, true):
      .encodings(try tokenizer.encodings(of: texts, addSpecialTokens: false, threads: threads))
    case (.documents, false):
      .ids(try tokenizer.encode(texts, addSpecialTokens: false, threads: threads))
    case (_, true):
      .encodings(try texts.map { try tokenizer.encoding(of: $0, addSpecialTokens: false) })
    case (_, false):
      .ids(try texts.map { try tokenizer.encode($0, addSpecialTokens: false) })
    }
  }

  private static func checks(_ found: Found) -> [String: [Double]] {
    switch found {
    case .ids(let ids): return ["ids": mark(ids.lazy.joined())]
    case .encodings(let encodings):
      let offsets = encodings.lazy.map(\.offsets).joined()
      return [
        "ids": mark(encodings.lazy.map(\.ids).joined()),
        "starts": mark(offsets.lazy.map(\.lowerBound)),
        "ends": mark(offsets.lazy.map(\.upperBound)),
      ]
    }
  }

  /// How many numbers there are, and one that changes when any of them does: a weighted sum modulo 2⁶⁴
  /// without its twelve lowest bits, which a script can compute too.
  private static func mark(_ numbers: some Sequence<Int>) -> [Double] {
    var (sum, count): (UInt64, UInt64) = (0, 0)
    for number in numbers {
      sum &+= (UInt64(number) &+ 1) &* ((count &* 2_654_435_761 &+ 12_345) & 0xFFFF_FFFF)
      count += 1
    }
    return [Double(count), Double(sum >> 12)]
  }
}

/// Making a tokenizer from its file.
package struct OpenTokenizerWork: Work {
  private let url: URL

  /// From a file or a folder.
  package init(_ path: String) { url = URL(fileURLWithPath: path) }

  package var sizes: [String: Int] { [:] }

  package func perform() throws -> Outcome {
    let size = try TokenizerFile.open(url)?.vocabularySize
    return Outcome { ["vocabulary": [Double(size ?? 0)]] }
  }
}
