// SPDX-License-Identifier: Apache-2.0

/// Classes of characters as Python 3.11 has them: by the tables of Unicode 14.
///
/// Swift's tables are younger; characters added since count as unassigned here.
/// - Source: <https://docs.python.org/3.11/library/stdtypes.html#text-sequence-type-str>
enum PythonCharacter {
  private typealias Category = Unicode.GeneralCategory

  private static func category(_ scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
    isKnown(scalar) ? scalar.properties.generalCategory : .unassigned
  }

  /// Whether Unicode 14 has the character.
  private static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value > 0x7F else { return true }
    guard let age = scalar.properties.age else {
      return scalar.properties.generalCategory != .unassigned
    }
    return age.major <= 14
  }

  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default: false
    }
  }

  /// What `splitlines` takes for the end of a line.
  static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  static func isAlphabetic(_ scalar: Unicode.Scalar) -> Bool {
    switch category(scalar) {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  static func isDecimal(_ scalar: Unicode.Scalar) -> Bool {
    isKnown(scalar) && scalar.properties.numericType == .decimal
  }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    isDecimal(scalar) || (isKnown(scalar) && scalar.properties.numericType == .digit)
  }

  static func isNumeric(_ scalar: Unicode.Scalar) -> Bool {
    isKnown(scalar) && scalar.properties.numericType != nil
  }

  static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
    isAlphabetic(scalar) || isNumeric(scalar)
  }

  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch category(scalar) {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  static func isLowercase(_ scalar: Unicode.Scalar) -> Bool {
    isKnown(scalar) && scalar.properties.isLowercase
  }

  static func isUppercase(_ scalar: Unicode.Scalar) -> Bool {
    isKnown(scalar) && scalar.properties.isUppercase
  }

  static func isTitlecase(_ scalar: Unicode.Scalar) -> Bool {
    category(scalar) == .titlecaseLetter
  }

  static func startsName(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || (isKnown(scalar) && scalar.properties.isXIDStart)
  }

  static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
    isKnown(scalar) && scalar.properties.isXIDContinue
  }

  static func isCased(_ scalar: Unicode.Scalar) -> Bool {
    isKnown(scalar) && scalar.properties.isCased
  }

  static func isCaseIgnorable(_ scalar: Unicode.Scalar) -> Bool {
    isKnown(scalar) && scalar.properties.isCaseIgnorable
  }

  static func uppercase(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
    mapped(scalar, scalar.properties.uppercaseMapping)
  }

  static func lowercase(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
    mapped(scalar, scalar.properties.lowercaseMapping)
  }

  static func titlecase(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
    mapped(scalar, scalar.properties.titlecaseMapping)
  }

  /// A mapping to a character that Unicode 14 does not have is none.
  private static func mapped(
    _ scalar: Unicode.Scalar, _ mapping: String
  ) -> String.UnicodeScalarView {
    let view = mapping.unicodeScalars
    return isKnown(scalar) && view.allSatisfy(isKnown)
      ? view : String.UnicodeScalarView([scalar])
  }
}
