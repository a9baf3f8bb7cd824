// SPDX-License-Identifier: Apache-2.0

import CPCRE2

/// Spells sets of scalars as bracketed classes of PCRE2.
///
/// PCRE2 knows the general categories in the version of Unicode that it was built with. A category
/// stands in a class only where all that PCRE2 takes for it belongs to the set; the rest of the set
/// is spelt in ranges. So a class is exact whatever the version.
enum PCREClass {
  /// The general categories as PCRE2 has them; none where its version is unknown or too new.
  private static let categories: [(name: String, scalars: ScalarSet)] = {
    guard let version, version >= ScalarProperties.version(14, 0),
      version <= ScalarProperties.newest
    else { return [] }
    return names.map { name, category in
      (name, ScalarProperties.scalars(of: [category], version: version))
    }
  }()

  /// What has moved between two categories since Unicode 14: either may have it.
  private static let changed = ["Mn": ScalarSet("\u{1171E}"), "Mc": ScalarSet("\u{1171E}")]

  private static let names: [(String, Unicode.GeneralCategory)] = [
    ("Lu", .uppercaseLetter), ("Ll", .lowercaseLetter), ("Lt", .titlecaseLetter),
    ("Lm", .modifierLetter), ("Lo", .otherLetter), ("Mn", .nonspacingMark),
    ("Mc", .spacingMark), ("Me", .enclosingMark), ("Nd", .decimalNumber), ("Nl", .letterNumber),
    ("No", .otherNumber), ("Pc", .connectorPunctuation), ("Pd", .dashPunctuation),
    ("Ps", .openPunctuation), ("Pe", .closePunctuation), ("Pi", .initialPunctuation),
    ("Pf", .finalPunctuation), ("Po", .otherPunctuation), ("Sm", .mathSymbol),
    ("Sc", .currencySymbol), ("Sk", .modifierSymbol), ("So", .otherSymbol),
  ]

  /// The version of Unicode in PCRE2's tables.
  static let version: UInt16? = {
    var buffer = [UInt8](repeating: 0, count: 64)
    let length = pcre2_config_8(UInt32(PCRE2_CONFIG_UNICODE_VERSION), nil)
    guard length > 0, length <= buffer.count,
      pcre2_config_8(UInt32(PCRE2_CONFIG_UNICODE_VERSION), &buffer) > 0
    else { return nil }
    let parts = String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self).split(separator: ".")
    guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]),
      (1...1000).contains(major), (0...15).contains(minor)
    else { return nil }
    return ScalarProperties.version(major, minor)
  }()

  /// The class, or a single character, or what matches nothing.
  static func text(of set: ScalarSet) -> String {
    if set.isEmpty { return "(?!)" }
    if set == .all { return "(?s:.)" }
    if let single = set.single { return "\\x{\(hexadecimal(single))}" }
    let (inside, insideRanges) = parts(of: set)
    let (outside, outsideRanges) = parts(of: set.inverted)
    return insideRanges <= outsideRanges ? "[\(inside)]" : "[^\(outside)]"
  }

  private static func parts(of set: ScalarSet) -> (String, ranges: Int) {
    let covered = categories.filter { name, scalars in
      let most = changed[name].map(scalars.union) ?? scalars
      return !scalars.isEmpty && most.isSubset(of: set)
    }
    let sure = covered.map { name, scalars in
      changed[name].map(scalars.subtracting) ?? scalars
    }
    let rest = set.subtracting(ScalarSet(sure.flatMap(\.ranges)))
    var text = ""
    for range in rest.ranges {
      text += "\\x{\(hexadecimal(range.lowerBound))}"
      if range.count > 1 { text += "-\\x{\(hexadecimal(range.upperBound - 1))}" }
    }
    for (name, _) in covered { text += "\\p{\(name)}" }
    return (text, rest.ranges.count)
  }

  private static func hexadecimal(_ value: UInt32) -> String { String(value, radix: 16) }
}
