// SPDX-License-Identifier: Apache-2.0

extension ScalarProperties {
  /// The scalars of a property by its name in a pattern, such as `Lu`, `Letter` or `Han`.
  ///
  /// Case, spaces, hyphens and underscores in the name do not matter.
  static func named(_ name: some Sequence<Unicode.Scalar>) -> ScalarSet? {
    let plain = String(
      String.UnicodeScalarView(name.filter { $0 != " " && $0 != "_" && $0 != "-" })
    ).lowercased()
    if let categories = categories[plain] { return scalars(of: categories) }
    if plain == "punct" { return scalars(of: punctuation) }  // In brackets it has symbols too.
    return posix(plain) ?? binary(plain) ?? ScriptTable.scalars(of: plain)
  }

  /// The classes that stand in brackets as `[:alpha:]`, over all of Unicode.
  static func posix(_ name: String) -> ScalarSet? {
    switch name {
    case "alnum": alphabetic.union(decimalDigits)
    case "alpha": alphabetic
    case "ascii": ScalarSet(0...0x7F)
    case "blank": scalars(of: [.spaceSeparator]).union(ScalarSet("\t"))
    case "cntrl": scalars(of: [.control])
    case "digit": decimalDigits
    case "graph": visible
    case "lower": lowercase
    case "print": visible.union(scalars(of: [.spaceSeparator]))
    case "punct": scalars(of: punctuation.union(symbols))
    case "space": whiteSpace
    case "upper": uppercase
    case "xdigit": hexadecimalDigits
    case "word": word
    default: nil
    }
  }

  static let hexadecimalDigits = ScalarSet([0x30..<0x3A, 0x41..<0x47, 0x61..<0x67])

  /// Neither white space nor a control character, and assigned.
  private static var visible: ScalarSet {
    whiteSpace.union(scalars(of: [.control, .unassigned])).inverted
  }

  private static let lowercase = scalars(in: maybeCased) { $0.isLowercase }
    .union(ScalarSet("\u{295}"))
  private static let uppercase = scalars(in: maybeCased) { $0.isUppercase }
  private static let maybeCased: Set<Unicode.GeneralCategory> = [
    .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
    .nonspacingMark, .letterNumber, .otherSymbol,
  ]

  private static func binary(_ name: String) -> ScalarSet? {
    switch name {
    case "any": .all
    case "assigned": scalars(of: [.unassigned]).inverted
    case "alphabetic": alphabetic
    case "lowercase": lowercase
    case "uppercase": uppercase
    case "whitespace": whiteSpace
    case "ideographic", "ideo": scalars { $0.isIdeographic }
    case "joincontrol", "joinc": ScalarSet([0x200C..<0x200E])
    case "idstart", "ids": scalars { $0.isIDStart }
    case "idcontinue", "idc": scalars { $0.isIDContinue }
    case "xidstart", "xids": scalars { $0.isXIDStart }
    case "xidcontinue", "xidc": scalars { $0.isXIDContinue }
    default: nil
    }
  }

  private static let cased: Set<Unicode.GeneralCategory> = [
    .uppercaseLetter, .lowercaseLetter, .titlecaseLetter,
  ]
  private static let punctuation: Set<Unicode.GeneralCategory> = [
    .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
    .initialPunctuation, .finalPunctuation, .otherPunctuation,
  ]
  private static let symbols: Set<Unicode.GeneralCategory> = [
    .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol,
  ]

  /// General categories and their groups, by short and long name.
  private static let categories: [String: Set<Unicode.GeneralCategory>] = {
    var table: [String: Set<Unicode.GeneralCategory>] = [
      "l": cased.union([.modifierLetter, .otherLetter]), "lc": cased,
      "m": [.nonspacingMark, .spacingMark, .enclosingMark],
      "n": [.decimalNumber, .letterNumber, .otherNumber],
      "p": punctuation, "s": symbols,
      "z": [.spaceSeparator, .lineSeparator, .paragraphSeparator],
      "c": [.control, .format, .unassigned, .privateUse],
      "cs": [],
    ]
    for (name, short) in [
      ("letter", "l"), ("casedletter", "lc"), ("mark", "m"), ("combiningmark", "m"),
      ("number", "n"), ("punctuation", "p"), ("symbol", "s"), ("separator", "z"), ("other", "c"),
      ("surrogate", "cs"),
    ] { table[name] = table[short] }
    for (short, name, category) in single {
      table[short] = [category]
      table[name] = [category]
    }
    return table
  }()

  private static let single: [(String, String, Unicode.GeneralCategory)] = [
    ("lu", "uppercaseletter", .uppercaseLetter), ("ll", "lowercaseletter", .lowercaseLetter),
    ("lt", "titlecaseletter", .titlecaseLetter), ("lm", "modifierletter", .modifierLetter),
    ("lo", "otherletter", .otherLetter), ("mn", "nonspacingmark", .nonspacingMark),
    ("mc", "spacingmark", .spacingMark), ("me", "enclosingmark", .enclosingMark),
    ("nd", "decimalnumber", .decimalNumber), ("nl", "letternumber", .letterNumber),
    ("no", "othernumber", .otherNumber), ("pc", "connectorpunctuation", .connectorPunctuation),
    ("pd", "dashpunctuation", .dashPunctuation), ("ps", "openpunctuation", .openPunctuation),
    ("pe", "closepunctuation", .closePunctuation),
    ("pi", "initialpunctuation", .initialPunctuation),
    ("pf", "finalpunctuation", .finalPunctuation), ("po", "otherpunctuation", .otherPunctuation),
    ("sm", "mathsymbol", .mathSymbol), ("sc", "currencysymbol", .currencySymbol),
    ("sk", "modifiersymbol", .modifierSymbol), ("so", "othersymbol", .otherSymbol),
    ("zs", "spaceseparator", .spaceSeparator), ("zl", "lineseparator", .lineSeparator),
    ("zp", "paragraphseparator", .paragraphSeparator), ("cc", "control", .control),
    ("cf", "format", .format), ("cn", "unassigned", .unassigned), ("co", "privateuse", .privateUse),
  ]
}
