// SPDX-License-Identifier: Apache-2.0

/// Prepares text as the library SentencePiece does: rewriting rules, the longest that fits at each
/// place; surplus spaces away; a space in front or behind; spaces as `▁`.
///
/// - Source: `normalizer.cc` of <https://github.com/google/sentencepiece>.
struct SentencePieceNormalizer: NormalizationStep {
  static let space: [UInt8] = [0xE2, 0x96, 0x81]

  private let rules: SentencePieceProto.Rules
  private let spacesAreSuffixes: Bool
  private let map: PrecompiledMap?
  /// Symbols that no rule touches.
  private let symbols: SentencePieceSymbols?

  init(
    _ rules: SentencePieceProto.Rules, spacesAreSuffixes: Bool = false,
    symbols: SentencePieceSymbols? = nil
  ) throws(TextError) {
    self.rules = rules
    self.spacesAreSuffixes = spacesAreSuffixes
    self.symbols = symbols
    map = rules.map.isEmpty ? nil : try PrecompiledMap(Array(rules.map))
    // Each rule replaces a byte at least.
    guard (map?.growth ?? 1) <= 4096 else {
      throw TextError(.unsupported, "the model's rules lengthen a text more than 4096 times")
    }
  }

  func apply(to text: inout AlignedText) throws(TextError) {
    var result = Result(space: rules.escapesSpaces ? Self.space : [0x20], isTracked: text.isTracked)
    try text.bytes.withUnsafeBufferPointer { bytes throws(TextError) in
      try normalize(bytes, into: &result)
    }
    text.replace(result.bytes, origins: result.origins)
  }

  /// The text of decoded pieces with the rules for that.
  func mended(_ text: [UInt8]) throws(TextError) -> [UInt8] {
    var text = AlignedText(text, isTracked: false)
    try apply(to: &text)
    return text.bytes
  }
}

// MARK: - One character after the other
extension SentencePieceNormalizer {
  /// What was made so far.
  private struct Result {
    var bytes: [UInt8] = []
    /// Where in the old text each byte comes from, and where the last ends.
    var origins: [UInt32] = []
    let space: [UInt8]
    let isTracked: Bool

    init(space: [UInt8], isTracked: Bool) { (self.space, self.isTracked) = (space, isTracked) }

    mutating func append(_ text: some Collection<UInt8>, from origin: Int) {
      bytes.append(contentsOf: text)
      if isTracked { origins.append(contentsOf: repeatElement(UInt32(origin), count: text.count)) }
    }

    mutating func append(_ byte: UInt8, from origin: Int) {
      bytes.append(byte)
      if isTracked { origins.append(UInt32(origin)) }
    }
  }

  /// What stands in the place of the beginning of a text.
  private enum Prefix {
    /// The text itself.
    case same(Int)
    case replaced(PrecompiledMap.Rule)

    var length: Int {
      switch self {
      case .same(let length): length
      case .replaced(let rule): rule.length
      }
    }
  }

  private func normalize(
    _ text: UnsafeBufferPointer<UInt8>, into result: inout Result
  ) throws(TextError) {
    if text.isEmpty { return }
    var position = 0
    if rules.removesExtraSpaces {
      while position < text.count {
        let prefix = try prefix(text, position)
        guard isSpace(prefix, text, position) else { break }
        position += prefix.length
      }
    }
    if position == text.count { return }
    result.bytes.reserveCapacity(text.count + text.count / 2)
    if rules.addsDummyPrefix, !spacesAreSuffixes { result.append(result.space, from: position) }
    var followsSpace = rules.removesExtraSpaces
    while position < text.count {
      let prefix = try prefix(text, position)
      switch prefix {
      case .same(let length):
        append(text[position..<position + length], position, &followsSpace, &result)
      case .replaced(let rule):
        if let map { append(map[rule.text], position, &followsSpace, &result) }
      }
      position += prefix.length
    }
    finish(position, &result)
  }

  @inline(__always)
  private func prefix(
    _ text: UnsafeBufferPointer<UInt8>, _ position: Int
  ) throws(TextError) -> Prefix {
    if let symbols, let length = symbols.match(text, at: position)?.length { return .same(length) }
    if let map, let rule = try map.longest(text, in: position..<text.count) {
      return .replaced(rule)
    }
    return .same(lengthOfScalar(beginningWith: text[position]))
  }

  private func isSpace(
    _ prefix: Prefix, _ text: UnsafeBufferPointer<UInt8>, _ position: Int
  ) -> Bool {
    switch prefix {
    case .same(let length): length == 1 && text[position] == 0x20
    case .replaced(let rule): map?[rule.text].elementsEqual([0x20]) == true
    }
  }

  @inline(__always)
  private func append(
    _ piece: some RandomAccessCollection<UInt8>, _ origin: Int, _ followsSpace: inout Bool,
    _ result: inout Result
  ) {
    var isLeading = followsSpace
    var last: UInt8?
    for byte in piece {
      if isLeading, byte == 0x20 { continue }
      isLeading = false
      last = byte
      if byte == 0x20 {
        result.append(result.space, from: origin)
      } else {
        result.append(byte, from: origin)
      }
    }
    if let last { followsSpace = last == 0x20 }
    if !rules.removesExtraSpaces { followsSpace = false }
  }

  private func finish(_ position: Int, _ result: inout Result) {
    var end = position
    if rules.removesExtraSpaces {
      var count = result.bytes.count
      while count >= result.space.count,
        result.bytes[count - result.space.count..<count].elementsEqual(result.space)
      {
        count -= result.space.count
        if result.isTracked { end = Int(result.origins[count]) }
      }
      result.bytes.removeLast(result.bytes.count - count)
      if result.isTracked { result.origins.removeLast(result.origins.count - count) }
    }
    if rules.addsDummyPrefix, spacesAreSuffixes { result.append(result.space, from: end) }
    if result.isTracked { result.origins.append(UInt32(end)) }
  }
}
