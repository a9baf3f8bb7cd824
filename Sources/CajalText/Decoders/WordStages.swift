// SPDX-License-Identifier: Apache-2.0

/// Takes out the spaces that stand before English punctuation and contractions once words are joined.
///
/// - Reference: `decoders/wordpiece.rs` of <https://github.com/huggingface/tokenizers>.
enum TextCleanup {
  /// The replacements, to be done one after the other.
  static let replacements: [RunningReplacement] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { RunningReplacement(Array($0.0.utf8), Array($0.1.utf8)) }

  /// The bytes that stand behind the space of one of these.
  private static let seconds = Array(".?!,'nd".utf8)

  /// The stages for a whole text, which leave `do not` as it is.
  static var wholeTextStages: [any DecodingStage] {
    replacements.filter { $0.pattern.count < 7 }.map { ReplacementStage($0, isFused: true) }
  }

  /// A whole text without these spaces.
  static func cleaned(_ text: ArraySlice<UInt8>) -> [UInt8] {
    let mayChange = text.indices.dropLast().contains {
      text[$0] == 0x20 && seconds.contains(text[$0 + 1])
    }
    guard mayChange else { return Array(text) }
    return replacements.reduce(Array(text)) { $1.applied(to: $0[...]) }
  }

  /// The stages that do the same to a fused piece.
  static var fusedStages: [any DecodingStage] {
    replacements.map { ReplacementStage($0, isFused: true) }
  }
}

/// `WordPiece`: a space before every piece but the first and those that continue a word, which lose
/// the prefix that says so.
struct WordPieceStage: DecodingStage {
  let prefix: [UInt8]
  let cleansUp: Bool
  private var isFirst = true

  init(prefix: [UInt8], cleansUp: Bool) { (self.prefix, self.cleansUp) = (prefix, cleansUp) }

  mutating func append(_ pieces: PieceBatch, to result: inout PieceBatch) {
    for index in 0..<pieces.count {
      let piece = pieces[index]
      var text: [UInt8] = []
      if isFirst {
        text += piece
      } else if piece.starts(with: prefix) {
        text += piece.dropFirst(prefix.count)
      } else {
        text.append(0x20)
        text += piece
      }
      isFirst = false
      result.append(cleansUp ? TextCleanup.cleaned(text[...]) : text)
    }
  }
}

/// `Metaspace`: spaces in the place of the character that stands for them; in the first piece nothing,
/// where encoding puts one in front.
struct MetaspaceStage: DecodingStage {
  private let space: RunningReplacement
  private let nothing: RunningReplacement
  private let isPrepended: Bool
  private var isFirst = true

  init(_ replacement: [UInt8], isPrepended: Bool) {
    space = RunningReplacement(replacement, [0x20])
    nothing = RunningReplacement(replacement, [])
    self.isPrepended = isPrepended
  }

  mutating func append(_ pieces: PieceBatch, to result: inout PieceBatch) {
    for index in 0..<pieces.count {
      var replacement = isFirst && isPrepended ? nothing : space
      isFirst = false
      replacement.append(pieces[index], to: &result.bytes)
      replacement.finish(&result.bytes)
      result.endPiece()
    }
  }
}

/// `BPEDecoder`: the suffix that ends words becomes a space, and nothing in the last piece; a piece
/// that has it is held back until it is known whether it is the last.
struct SuffixStage: DecodingStage {
  private let space: RunningReplacement
  private let nothing: RunningReplacement
  private var held: [UInt8]?

  init(_ suffix: [UInt8]) {
    space = RunningReplacement(suffix, [0x20])
    nothing = RunningReplacement(suffix, [])
  }

  mutating func append(_ pieces: PieceBatch, to result: inout PieceBatch) {
    for index in 0..<pieces.count {
      let piece = pieces[index]
      if let held { result.append(space.applied(to: held[...])) }
      held = nil
      if space.applied(to: piece).elementsEqual(piece) {
        result.append(piece)
      } else {
        held = Array(piece)
      }
    }
  }

  mutating func finish(_ result: inout PieceBatch) {
    if let held { result.append(nothing.applied(to: held[...])) }
    held = nil
  }
}

/// `CTC`: of equal neighbours one, without the padding between; pieces of nothing are left out.
struct RepetitionStage: DecodingStage {
  private let padding: RunningReplacement
  private let delimiter: RunningReplacement?
  private var previous: [UInt8]?

  /// - Parameter delimiter: What becomes a space; nil where nothing is cleaned up.
  init(padding: [UInt8], delimiter: [UInt8]?) {
    self.padding = RunningReplacement(padding, [])
    self.delimiter = delimiter.map { RunningReplacement($0, [0x20]) }
  }

  mutating func append(_ pieces: PieceBatch, to result: inout PieceBatch) {
    for index in 0..<pieces.count {
      let piece = Array(pieces[index])
      if piece == previous { continue }
      previous = piece
      var text = padding.applied(to: piece[...])
      if let delimiter {
        text = delimiter.applied(to: TextCleanup.cleaned(text[...])[...])
      }
      if !text.isEmpty { result.append(text) }
    }
  }
}
