// SPDX-License-Identifier: Apache-2.0

/// Reads a file of ranks: a token in base64 and its number a line, the form of tiktoken.
///
/// - Reference: `tiktoken/load.py` of <https://github.com/openai/tiktoken>.
enum TiktokenFile {
  /// Whether a file begins as a file of ranks does.
  static func isRanks(_ file: [UInt8]) -> Bool {
    guard let end = file.firstIndex(of: 0x0A) ?? (file.isEmpty ? nil : file.endIndex) else {
      return false
    }
    return end < 4096 && (try? rank(file[..<end], 1)) != nil  // Why it is none does not matter.
  }

  /// The tokens and their numbers, in the order of the file.
  static func ranks(_ file: [UInt8]) throws(TextError) -> [(token: [UInt8], rank: Int)] {
    var ranks: [(token: [UInt8], rank: Int)] = []
    for (index, line) in TextLines.split(file).enumerated() where !line.isEmpty {
      ranks.append(try rank(line, index + 1))
    }
    guard !ranks.isEmpty else { throw TextError(.malformed, "there are no ranks") }
    return ranks
  }

  private static func rank(
    _ line: ArraySlice<UInt8>, _ number: Int
  ) throws(TextError) -> (token: [UInt8], rank: Int) {
    let line = line.last == 0x0D ? line.dropLast() : line
    guard let space = line.firstIndex(of: 0x20),
      let token = Base64.decode(line[..<space]), !token.isEmpty,
      let rank = Int(String(decoding: line[(space + 1)...], as: UTF8.self)),
      (0...Int(Int32.max)).contains(rank)
    else {
      throw TextError(.malformed, "line \(number) must be a token in base64 and its number")
    }
    return (token, rank)
  }
}
