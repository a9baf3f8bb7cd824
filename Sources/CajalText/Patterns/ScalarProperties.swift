// SPDX-License-Identifier: Apache-2.0

/// General categories and other properties of all Unicode scalars, as sets, in a fixed version.
///
/// The standard library knows the age of every scalar, so a newer table can be cut back: scalars
/// that came later count as unassigned. What a pattern matches then does not depend on the system.
///
/// - Source: Unicode 16.0.0, <https://www.unicode.org/reports/tr44>.
struct ScalarProperties: Sendable {
  /// A run of scalars of one general category that came into Unicode together.
  struct Run: Sendable {
    var range: Range<UInt32>
    var category: Unicode.GeneralCategory
    /// The version that brought them, major times 16 plus minor; 0 for what is unassigned.
    var age: UInt16
  }

  /// All scalars but surrogates, in order, as Unicode 16 has them.
  static let runs: [Run] = makeRuns()

  /// The version that patterns are written for: that of Oniguruma and of Rust's regex.
  static let newest = version(16, 0)

  static func version(_ major: Int, _ minor: Int) -> UInt16 { UInt16(major * 16 + minor) }

  /// Stretches whose scalars are all alike, so that only the first needs a look.
  static let uniform: [ClosedRange<UInt32>] = [
    0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xE000...0xF8FF, 0x1_7000...0x1_87EC,
    0x2_0000...0x2_A6D6, 0x2_A700...0x2_B734, 0x2_B740...0x2_B81D, 0x2_B820...0x2_CEA1,
    0x2_CEB0...0x2_EBE0, 0x3_0000...0x3_134A, 0x3_1350...0x3_23AF, 0x4_0000...0xD_FFFF,
    0xF_0000...0xF_FFFD, 0x10_0000...0x10_FFFD,
  ]

  private static func makeRuns() -> [Run] {
    var runs: [Run] = []
    runs.reserveCapacity(5000)
    var value: UInt32 = 0
    var nextUniform = 0
    while value < 0x11_0000 {
      guard let scalar = Unicode.Scalar(value) else {
        value = 0xE000
        continue
      }
      var end = value + 1
      if nextUniform < uniform.count, uniform[nextUniform].lowerBound == value {
        end = uniform[nextUniform].upperBound + 1
        nextUniform += 1
      }
      let (category, age) = look(at: scalar)
      if let last = runs.last, last.category == category, last.age == age,
        last.range.upperBound == value
      {
        runs[runs.count - 1].range = last.range.lowerBound..<end
      } else {
        runs.append(Run(range: value..<end, category: category, age: age))
      }
      value = end
    }
    return runs
  }

  private static func look(at scalar: Unicode.Scalar) -> (Unicode.GeneralCategory, UInt16) {
    let properties = scalar.properties
    guard let age = properties.age else { return (properties.generalCategory, 0) }
    let version = version(age.major, age.minor)
    if version > newest { return (.unassigned, 0) }
    // Unicode 17 made it another letter.
    if scalar == "\u{295}" { return (.lowercaseLetter, version) }
    return (properties.generalCategory, version)
  }

  /// The scalars of some categories, of a version of Unicode not newer than 16.
  static func scalars(
    of categories: Set<Unicode.GeneralCategory>, version: UInt16 = newest
  ) -> ScalarSet {
    ScalarSet(
      runs.lazy.filter { run in
        categories.contains(run.age > version ? .unassigned : run.category)
      }.map(\.range))
  }

  /// The scalars that a property of the standard library holds for, as far as Unicode 16 has them.
  ///
  /// - Parameter categories: Where to look; elsewhere the property holds for no scalar.
  static func scalars(
    in categories: Set<Unicode.GeneralCategory>? = nil,
    where holds: (Unicode.Scalar.Properties) -> Bool
  ) -> ScalarSet {
    var ranges: [Range<UInt32>] = []
    for run in runs where run.age > 0 && categories?.contains(run.category) ?? true {
      for value in run.range {
        guard let scalar = Unicode.Scalar(value), holds(scalar.properties) else { continue }
        if let last = ranges.last, last.upperBound == value {
          ranges[ranges.count - 1] = last.lowerBound..<value + 1
        } else {
          ranges.append(value..<value + 1)
        }
      }
    }
    return ScalarSet(ranges)
  }

  // MARK: - The sets that patterns name most

  static let letters = scalars(of: [
    .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
  ])
  static let marks = scalars(of: [.nonspacingMark, .spacingMark, .enclosingMark])
  static let numbers = scalars(of: [.decimalNumber, .letterNumber, .otherNumber])
  static let decimalDigits = scalars(of: [.decimalNumber])
  /// White_Space, which has not changed since Unicode 6.3.
  static let whiteSpace = ScalarSet([
    0x09..<0x0E, 0x20..<0x21, 0x85..<0x86, 0xA0..<0xA1, 0x1680..<0x1681, 0x2000..<0x200B,
    0x2028..<0x202A, 0x202F..<0x2030, 0x205F..<0x2060, 0x3000..<0x3001,
  ])
  static let alphabetic = letters.union(scalars(of: [.letterNumber])).union(
    scalars(in: [.nonspacingMark, .spacingMark, .enclosingMark, .otherSymbol]) { $0.isAlphabetic })
  /// What Oniguruma takes for part of a word, in brackets.
  static let word = alphabetic.union(marks).union(decimalDigits)
    .union(scalars(of: [.connectorPunctuation]))
  /// What Oniguruma takes for part of a word outside brackets: of Latin-1 some numbers too.
  static let latinWord = word.union(ScalarSet([0xB2..<0xB4, 0xB9..<0xBA, 0xBC..<0xBF]))
  /// What Rust's regex takes for part of a word: joiners too.
  static let rustWord = word.union(ScalarSet([0x200C..<0x200E]))
}
