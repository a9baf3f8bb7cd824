// SPDX-License-Identifier: Apache-2.0

/// The rewriting rules of SentencePiece: a double-array trie of what is replaced, and the texts that
/// take its place.
///
/// The layout is the length of the trie in bytes, its units, and the texts, each ended by a zero; all
/// numbers have 32 bits, little endian. A unit of the trie has in its low byte the label by which it is
/// reached, in bit 8 whether a value hangs below, in bit 9 whether its offset counts by 256, above that
/// the offset; a value has the highest bit set.
///
/// - Source: `normalizer.cc` of <https://github.com/google/sentencepiece> and `darts.h` of
///   <https://github.com/s-yata/darts-clone>.
struct PrecompiledMap: Sendable {
  private let units: [UInt32]
  private let texts: [UInt8]
  /// How many times as long a text can become.
  let growth: Int

  /// A rule that fits: how many bytes it replaces, and where the text of it lies.
  struct Rule {
    var length: Int
    var text: Range<Int>
  }

  init(_ bytes: [UInt8]) throws(TextError) {
    guard bytes.count >= 4 else {
      throw TextError(.malformed, "the precompiled map has no length")
    }
    let length = Int(Self.word(bytes, at: 0))
    guard length > 0, length % 4 == 0, length <= bytes.count - 4 else {
      throw TextError(
        .malformed,
        "the precompiled map has \(bytes.count) bytes and a trie that claims \(length)")
    }
    units = (0..<length / 4).map { Self.word(bytes, at: 4 + 4 * $0) }
    texts = Array(bytes[(4 + length)...])
    guard String(validating: texts, as: UTF8.self) != nil else {
      throw TextError(.malformed, "the texts of the precompiled map are not UTF-8")
    }
    growth = texts.split(separator: 0).map(\.count).max() ?? 1
  }

  private static func word(_ bytes: [UInt8], at start: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * $1) }
  }

  /// The bytes of a text.
  subscript(_ text: Range<Int>) -> ArraySlice<UInt8> { texts[text] }

  /// The rule for the shortest beginning of some bytes.
  func shortest(
    _ text: UnsafeBufferPointer<UInt8>, in range: Range<Int>
  ) throws(TextError) -> Rule? {
    try search(text, range, isShortest: true)
  }

  /// The rule for the longest beginning of some bytes.
  func longest(
    _ text: UnsafeBufferPointer<UInt8>, in range: Range<Int>
  ) throws(TextError) -> Rule? {
    try search(text, range, isShortest: false)
  }

  private func search(
    _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, isShortest: Bool
  ) throws(TextError) -> Rule? {
    var found: (length: Int, value: UInt32)?
    var place = Self.offset(units[0])
    for index in range {
      let label = UInt32(text[index])
      if label == 0 { break }
      place ^= Int(label)
      guard place < units.count else { throw Self.broken }
      let unit = units[place]
      guard unit & 0x8000_00FF == label else { break }
      place ^= Self.offset(unit)
      guard unit >> 8 & 1 == 1 else { continue }
      guard place < units.count else { throw Self.broken }
      found = (index - range.lowerBound + 1, units[place] & 0x7FFF_FFFF)
      if isShortest { break }
    }
    guard let found else { return nil }
    return Rule(length: found.length, text: try self.text(at: Int(found.value)))
  }

  private static func offset(_ unit: UInt32) -> Int {
    Int(unit >> 10) << Int((unit & 0x200) >> 6)
  }

  private static var broken: TextError {
    TextError(.malformed, "the precompiled map points outside itself")
  }

  /// The text that begins at a byte; it must not begin inside a character.
  private func text(at start: Int) throws(TextError) -> Range<Int> {
    guard start <= texts.count, start == texts.count || texts[start] & 0xC0 != 0x80 else {
      throw Self.broken
    }
    var end = start
    while end < texts.count, texts[end] != 0 { end += 1 }
    return start..<end
  }
}
