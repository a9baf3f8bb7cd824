// SPDX-License-Identifier: Apache-2.0

/// What the normal forms of Unicode 9.0 know of single scalars and of pairs.
///
/// - Source: Unicode Standard Annex 15 <https://www.unicode.org/reports/tr15/>.
struct Decompositions: Sendable {
  static let shared = Decompositions()

  private let classes = UnicodeTable<UInt8>(UnicodeTables.combiningClasses)
  private var canonical = UnicodeTable<UInt16>(0)
  private var compatible = UnicodeTable<UInt16>(0)
  /// Number `n` is the scalars from `starts[n]` to `starts[n + 1]`; number 0 is none.
  private var starts: [UInt16] = [0, 0]
  private var scalars: [UInt32] = []
  private var compositions = CompositionTable()

  private init() {
    read(UnicodeTables.canonicalDecompositions) { $0.canonical[$1] = $2 }
    read(UnicodeTables.compatibilityDecompositions) { $0.compatible[$1] = $2 }
    var row = UnicodeRow(UnicodeTables.compositions)
    var scalar = 0
    while !row.isAtEnd {
      scalar += row.number()
      let (first, second) = (scalar + row.signed(), scalar + row.signed())
      compositions.insert(UInt32(first), UInt32(second), UInt32(scalar))
    }
  }

  private mutating func read(
    _ row: StaticString, _ note: (inout Decompositions, UInt32, UInt16) -> Void
  ) {
    var row = UnicodeRow(row)
    var scalar = 0
    while !row.isAtEnd {
      scalar += row.number()
      for _ in 0..<row.number() { scalars.append(UInt32(scalar + row.signed())) }
      note(&self, UInt32(scalar), UInt16(starts.count - 1))
      starts.append(UInt16(scalars.count))
    }
  }

  /// The canonical combining class.
  @inline(__always)
  func combiningClass(of scalar: UInt32) -> UInt8 { classes[scalar] }

  /// Hands over the scalars that a scalar falls into, itself where it does not fall apart.
  @inline(__always)
  func decompose(_ scalar: UInt32, isCompatible: Bool, _ body: (UInt32) -> Void) {
    if scalar &- Hangul.syllables.lowerBound < UInt32(Hangul.syllables.count) {
      return Hangul.decompose(scalar, body)
    }
    var number = isCompatible ? Int(compatible[scalar]) : 0
    if number == 0 { number = Int(canonical[scalar]) }
    if number == 0 { return body(scalar) }
    for index in Int(starts[number])..<Int(starts[number + 1]) { body(scalars[index]) }
  }

  /// The scalar that two become, if there is one.
  @inline(__always)
  func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
    Hangul.compose(first, second) ?? compositions[first, second]
  }

  /// The second scalars of all pairs that become one, jamo left out.
  var seconds: [UInt32] { compositions.seconds }
}

/// The syllables of Korean, which follow from their letters by arithmetic.
///
/// - Source: The Unicode Standard, section 3.12.
enum Hangul {
  static let syllables: Range<UInt32> = 0xAC00..<0xAC00 + 11_172
  static let leading: Range<UInt32> = 0x1100..<0x1113
  static let vowels: Range<UInt32> = 0x1161..<0x1176
  static let trailing: Range<UInt32> = 0x11A8..<0x11C3

  @inline(__always)
  static func decompose(_ syllable: UInt32, _ body: (UInt32) -> Void) {
    let index = syllable - syllables.lowerBound
    body(leading.lowerBound + index / 588)
    body(vowels.lowerBound + index % 588 / 28)
    if index % 28 != 0 { body(trailing.lowerBound - 1 + index % 28) }
  }

  @inline(__always)
  static func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if leading.contains(first), vowels.contains(second) {
      return syllables.lowerBound + (first - leading.lowerBound) * 588
        + (second - vowels.lowerBound) * 28
    }
    if trailing.contains(second), hasNoTrailing(first) {
      return first + second - trailing.lowerBound + 1
    }
    return nil
  }

  /// Whether a scalar is a syllable of two letters, which a third may join.
  @inline(__always)
  static func hasNoTrailing(_ scalar: UInt32) -> Bool {
    syllables.contains(scalar) && (scalar - syllables.lowerBound) % 28 == 0
  }
}

/// Pairs of scalars and what they become, in open addressing.
private struct CompositionTable: Sendable {
  private static let mask = 4095
  private var keys = [UInt64](repeating: 0, count: mask + 1)
  private var wholes = [UInt32](repeating: 0, count: mask + 1)

  @inline(__always)
  private static func place(of key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 52)
  }

  mutating func insert(_ first: UInt32, _ second: UInt32, _ whole: UInt32) {
    let key = UInt64(first) << 32 | UInt64(second)
    var place = Self.place(of: key)
    while keys[place] != 0 { place = (place + 1) & Self.mask }
    keys[place] = key
    wholes[place] = whole
  }

  @inline(__always)
  subscript(_ first: UInt32, _ second: UInt32) -> UInt32? {
    let key = UInt64(first) << 32 | UInt64(second)
    var place = Self.place(of: key)
    while keys[place] != 0 {
      if keys[place] == key { return wholes[place] }
      place = (place + 1) & Self.mask
    }
    return nil
  }

  var seconds: [UInt32] { keys.filter { $0 != 0 }.map { UInt32(truncatingIfNeeded: $0) } }
}
