// SPDX-License-Identifier: Apache-2.0

/// Tokens written as numbers: `1 2 3`, several sequences as `1 2 3; 4 5`.
public struct TokenList: Sendable, Equatable {
  /// The sequences, none of them empty.
  public let sequences: [[Int]]

  /// Reads tokens between spaces or commas, sequences between semicolons.
  ///
  /// - Throws: `WorkbenchError.input` naming the word that is not a token, or the sequence without any.
  public init(parsing text: String) throws(WorkbenchError) {
    let parts = text.split(separator: ";", omittingEmptySubsequences: false)
    var sequences: [[Int]] = []
    for (index, part) in parts.enumerated() {
      var tokens: [Int] = []
      for word in part.split(whereSeparator: { $0.isWhitespace || $0 == "," }) {
        guard word.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let token = Int(word) else {
          throw WorkbenchError(
            .input, "'\(word.prefix(40))' is not a token; write numbers such as \"1 2 3\"")
        }
        tokens.append(token)
      }
      guard !tokens.isEmpty else {
        throw WorkbenchError(
          .input,
          parts.count == 1
            ? "there are no tokens; write numbers such as \"1 2 3\""
            : "sequence \(index + 1) of \(parts.count) has no tokens; write \"1 2 3; 4 5\"")
      }
      sequences.append(tokens)
    }
    self.sequences = sequences
  }
}
