// SPDX-License-Identifier: Apache-2.0

/// Puts one spelling in the place of another, from left to right, in a text that comes bit by bit.
///
/// Nothing is held back but what may be the beginning of the spelling that is searched. UTF-8
/// synchronizes itself: a valid spelling is found only where its characters are.
///
/// - Source: Knuth, Morris and Pratt 1977 <https://doi.org/10.1137/0206024>.
struct RunningReplacement: Sendable {
  /// What is searched; when it is empty the content goes before every character and behind the last.
  let pattern: [UInt8]
  /// What takes its place.
  let content: [UInt8]
  /// For every length of a beginning of the pattern the longest shorter beginning it ends with.
  private let borders: [Int]
  /// How much of the pattern stands at the end of what has come.
  private var matched = 0

  init(_ pattern: [UInt8], _ content: [UInt8]) {
    (self.pattern, self.content) = (pattern, content)
    var borders = [0, 0]
    var length = 0
    for byte in pattern.dropFirst() {
      while length > 0, pattern[length] != byte { length = borders[length] }
      if pattern[length] == byte { length += 1 }
      borders.append(length)
    }
    self.borders = borders
  }

  /// How many times as long a text can become, about.
  var growth: Int {
    pattern.isEmpty
      ? content.count + 1 : max(1, (content.count + pattern.count - 1) / pattern.count)
  }

  /// Takes a part of the text and appends what is certain.
  mutating func append(_ part: ArraySlice<UInt8>, to result: inout [UInt8]) {
    guard let first = pattern.first else { return insert(part, &result) }
    for byte in part {
      if matched == 0, byte != first {
        result.append(byte)
        continue
      }
      while matched > 0, pattern[matched] != byte {
        let border = borders[matched]
        result.append(contentsOf: pattern[..<(matched - border)])
        matched = border
      }
      guard pattern[matched] == byte else {
        result.append(byte)
        continue
      }
      matched += 1
      if matched == pattern.count {
        result.append(contentsOf: content)
        matched = 0
      }
    }
  }

  /// Appends the rest and is ready for another text.
  ///
  /// - Parameter isOpen: Whether an empty pattern is found behind the text.
  mutating func finish(_ result: inout [UInt8], isOpen: Bool = true) {
    result.append(contentsOf: pattern.isEmpty ? (isOpen ? content[...] : []) : pattern[..<matched])
    matched = 0
  }

  private func insert(_ part: ArraySlice<UInt8>, _ result: inout [UInt8]) {
    for byte in part {
      if byte & 0xC0 != 0x80 { result.append(contentsOf: content) }
      result.append(byte)
    }
  }

  /// The whole of a text.
  func applied(to text: ArraySlice<UInt8>) -> [UInt8] {
    var replacement = self
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    replacement.append(text, to: &result)
    replacement.finish(&result)
    return result
  }
}
