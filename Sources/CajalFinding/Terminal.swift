// SPDX-License-Identifier: Apache-2.0

/// What may be shown to a person as it is.
///
/// Text from a model, a tokenizer or a corpus is hostile: it can hold escape sequences that
/// rewrite a terminal, marks that turn the reading direction around, and characters no one sees.
public enum Terminal {
  /// The text with nothing in it that a terminal or a reader could be deceived by.
  ///
  /// Control characters become their pictures (`␛`), invisible format characters and direction
  /// marks become their numbers (`‹U+202E›`), and piles of combining marks are cut to six.
  /// Line breaks and tabs become pictures too, unless `keepingLineBreaks` keeps line feeds.
  public static func sanitized(_ text: String, keepingLineBreaks: Bool = false) -> String {
    var stream = Stream(keepingLineBreaks: keepingLineBreaks)
    return stream.sanitized(text)
  }

  /// The same for a text that comes piece by piece: the pieces, joined, are what the whole would be.
  public struct Stream: Sendable {
    private let keepsLineBreaks: Bool
    private var marks = 0

    /// At the beginning of a text.
    public init(keepingLineBreaks: Bool = false) {
      keepsLineBreaks = keepingLineBreaks
    }

    /// The next piece with nothing in it that a terminal or a reader could be deceived by.
    public mutating func sanitized(_ piece: String) -> String {
      var result = String.UnicodeScalarView()
      for scalar in piece.unicodeScalars {
        if scalar == "\n" && keepsLineBreaks {
          marks = 0
          result.append(scalar)
          continue
        }
        marks = Terminal.isCombining(scalar) ? marks + 1 : 0
        if marks > 6 { continue }
        if let picture = Terminal.picture(of: scalar) {
          result.append(contentsOf: picture.unicodeScalars)
        } else {
          result.append(scalar)
        }
      }
      return String(result)
    }
  }

  /// The text as a token is shown: as ``sanitized(_:keepingLineBreaks:)``, with spaces visible
  /// as `·` and line breaks as `↵`.
  public static func visibleToken(_ text: String) -> String {
    var result = ""
    for character in sanitized(text) {
      switch character {
      case " ": result.append("·")
      case "␊", "␍": result.append("↵")
      case "␉": result.append("→")
      default: result.append(character)
      }
    }
    return result.isEmpty ? "∅" : result
  }

  /// What stands for a character that must not be shown itself; nil where it may.
  private static func picture(of scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x00...0x1F: return Unicode.Scalar(0x2400 + scalar.value).map { String($0) }
    case 0x7F: return "␡"
    case 0x200C, 0x200D: return nil  // joiners, which emoji and several scripts need
    case 0x20...0x7E: return nil
    case let value where value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(value):
      return "‹U+\(hexadecimal(value))›"  // no characters, and not allowed in XML
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
      return "‹U+\(hexadecimal(scalar.value))›"
    default:
      return scalar.properties.isDefaultIgnorableCodePoint && !isVariationSelector(scalar)
        ? "‹U+\(hexadecimal(scalar.value))›" : nil
    }
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func isVariationSelector(_ scalar: Unicode.Scalar) -> Bool {
    (0xFE00...0xFE0F).contains(scalar.value)
  }

  private static func isCombining(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: true
    default: scalar.value == 0x200C || scalar.value == 0x200D
    }
  }
}
