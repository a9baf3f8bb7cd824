// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// How wide text is, before anyone has set it.
///
/// Figures are drawn without knowing the reader's fonts. Widths are those of common sans-serif
/// faces, rounded up, so that what is reserved suffices.
enum TextMetrics {
  /// The width of text set in a sans-serif face, in the unit of the size.
  static func width(_ text: String, size: Double) -> Double {
    text.unicodeScalars.reduce(0) { $0 + relativeWidth($1) } * size * 1.06
  }

  /// The text, sanitized, cut with an ellipsis so that it fits.
  static func fitted(_ text: String, size: Double, within limit: Double) -> String {
    let clean = Terminal.sanitized(text)
    if width(clean, size: size) <= limit { return clean }
    var result = ""
    var used = width("…", size: size)
    for character in clean {
      used += width(String(character), size: size)
      if used > limit { break }
      result.append(character)
    }
    return result.isEmpty ? "…" : result + "…"
  }

  /// A name as a label: as it is where it is plain, with spaces and controls visible where they
  /// would otherwise be lost, as in tokens.
  static func label(_ name: String) -> String {
    let clean = Terminal.sanitized(name)
    let isPlain = clean == name && !clean.isEmpty && clean.first != " " && clean.last != " "
    return isPlain ? clean : Terminal.visibleToken(name)
  }

  /// How many columns of a terminal text takes.
  static func columns(_ text: String) -> Int {
    text.reduce(0) { $0 + columns($1) }
  }

  /// How many columns of a terminal a character takes.
  static func columns(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    if isZeroWidth(first) { return 0 }
    return isWide(first) || character.unicodeScalars.contains { $0.value == 0xFE0F } ? 2 : 1
  }

  private static func relativeWidth(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "I", "'", "|", ".", ",", ":", ";", "!", "·", "\u{202F}": 0.29
    case "f", "t", "r", "(", ")", "[", "]", "-", "/", " ", "\u{A0}", "\"": 0.36
    case "m", "M", "W", "%", "@": 0.9
    case "w", "G", "O", "Q", "C", "D", "H", "N", "R", "U", "A", "B", "E", "K", "P", "S", "V", "X",
      "Y", "&", "→", "…", "∞":
      0.74
    default: isZeroWidth(scalar) ? 0 : isWide(scalar) ? 1.05 : scalar.value < 0x2500 ? 0.57 : 0.85
    }
  }

  private static func isZeroWidth(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: true
    default: false
    }
  }

  /// East Asian wide and emoji, as terminals set them.
  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
      0xA000...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      true
    default: scalar.properties.isEmojiPresentation
    }
  }
}
