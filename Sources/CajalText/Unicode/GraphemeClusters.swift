// SPDX-License-Identifier: Apache-2.0

/// Finds where extended grapheme clusters end: Unicode 17.0.
///
/// - Source: Unicode Standard Annex 29 <https://www.unicode.org/reports/tr29/>, whose rules the
///   comments name.
struct GraphemeClusters: Sendable {
  static let shared = GraphemeClusters()

  private let table: UnicodeTable<UInt8> = {
    var table = UnicodeTable<UInt8>(UnicodeTables.graphemeBreaks)
    for syllable in Hangul.syllables {
      let kind = Hangul.hasNoTrailing(syllable) ? Kind.syllableOfTwo : .syllableOfThree
      table[syllable] = kind.rawValue
    }
    return table
  }()

  /// The property Grapheme_Cluster_Break, with Extended_Pictographic as one more of its values.
  private enum Kind: UInt8 {
    case other, carriageReturn, lineFeed, control, extend, joiner, regional, prepend, spacing
    case leading, vowel, trailing, pictograph, syllableOfTwo, syllableOfThree
  }

  /// The property Indic_Conjunct_Break.
  private struct Conjunct {
    static let consonant: UInt8 = 16
    static let extend: UInt8 = 32
    static let linker: UInt8 = 64
  }

  @inline(__always)
  private func properties(of scalar: UInt32) -> (kind: Kind, conjunct: UInt8) {
    let value = table[scalar]
    return (Kind(rawValue: value & 15) ?? .other, value & 0xF0)
  }

  /// What the rules must know of the cluster so far.
  private struct State {
    var previous: Kind
    var followsPictograph: Bool  // only extenders since
    var followsJoinedPictograph = false
    var isOddRegional: Bool
    var followsConsonant: Bool  // only extenders and linkers since
    var followsLinker = false

    init(_ kind: Kind, _ conjunct: UInt8) {
      previous = kind
      followsPictograph = kind == .pictograph
      isOddRegional = kind == .regional
      followsConsonant = conjunct == Conjunct.consonant
    }

    mutating func advance(_ kind: Kind, _ conjunct: UInt8) {
      followsJoinedPictograph = followsPictograph && kind == .joiner
      followsPictograph = kind == .pictograph || followsPictograph && kind == .extend
      isOddRegional = kind == .regional && !isOddRegional
      switch conjunct {
      case Conjunct.consonant: (followsConsonant, followsLinker) = (true, false)
      case Conjunct.linker: followsLinker = followsConsonant
      case Conjunct.extend: break
      default: (followsConsonant, followsLinker) = (false, false)
      }
      previous = kind
    }
  }

  /// The end of the cluster that begins at a byte of valid UTF-8.
  func end(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    let (first, length) = text.scalar(at: start)
    let (kind, conjunct) = properties(of: first)
    var state = State(kind, conjunct)
    var end = start + length
    while end < text.count {
      let (scalar, length) = text.scalar(at: end)
      let (kind, conjunct) = properties(of: scalar)
      guard Self.joins(state, kind, conjunct) else { break }
      state.advance(kind, conjunct)
      end += length
    }
    return end
  }

  private static func joins(_ state: State, _ kind: Kind, _ conjunct: UInt8) -> Bool {
    switch (state.previous, kind) {
    case (.carriageReturn, .lineFeed): true  // GB3
    case (.carriageReturn, _), (.lineFeed, _), (.control, _): false  // GB4
    case (_, .carriageReturn), (_, .lineFeed), (_, .control): false  // GB5
    case (.leading, .leading), (.leading, .vowel), (.leading, .syllableOfTwo),
      (.leading, .syllableOfThree):
      true  // GB6
    case (.syllableOfTwo, .vowel), (.syllableOfTwo, .trailing), (.vowel, .vowel),
      (.vowel, .trailing):
      true  // GB7
    case (.syllableOfThree, .trailing), (.trailing, .trailing): true  // GB8
    case (_, .extend), (_, .joiner), (_, .spacing): true  // GB9, GB9a
    case (.prepend, _): true  // GB9b
    case (.joiner, .pictograph) where state.followsJoinedPictograph: true  // GB11
    case (.regional, .regional): state.isOddRegional  // GB12, GB13
    default: state.followsLinker && conjunct == Conjunct.consonant  // GB9c
    }
  }
}
