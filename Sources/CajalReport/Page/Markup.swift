// SPDX-License-Identifier: Apache-2.0
internal import CajalFinding

/// A piece of HTML or SVG in which everything that came from outside is escaped.
///
/// Strings enter only through ``text(_:)``, ``verbatim(_:)`` and attribute values, which escape
/// them; names and raw pieces are literals of the source code. The result is well-formed XML too.
struct Markup: Sendable, Equatable {
  private(set) var source: String

  static let empty = Markup(source: "")

  /// Words on one line: sanitized, then escaped.
  static func text(_ text: String) -> Markup {
    Markup(source: escaped(Terminal.sanitized(text)))
  }

  /// Words with their line breaks: sanitized, then escaped.
  static func verbatim(_ text: String) -> Markup {
    Markup(source: escaped(Terminal.sanitized(text, keepingLineBreaks: true)))
  }

  /// A piece written by the author of this library.
  static func raw(_ literal: StaticString) -> Markup { Markup(source: literal.description) }

  /// Style rules; only the stylesheet of the page makes them, from literals and colours.
  static func style(_ rules: String) -> Markup { Markup(source: "<style>\(rules)</style>") }

  /// Pieces one after the other.
  static func group(_ pieces: [Markup]) -> Markup {
    Markup(source: pieces.map(\.source).joined())
  }

  /// An element; attributes that are nil are left out.
  static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:],
    _ children: Markup...
  ) -> Markup {
    element(name, attributes, children)
  }

  /// An element with any number of children.
  static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?>, _ children: [Markup]
  ) -> Markup {
    var source = "<\(name)"
    for (key, value) in attributes {
      guard let value else { continue }
      source += " \(key)=\"\(escaped(Terminal.sanitized(value)))\""
    }
    switch name.description {
    case "meta", "br", "wbr", "hr", "col":
      source += "/>"
    default:
      source += ">"
      for child in children { source += child.source }
      source += "</\(name)>"
    }
    return Markup(source: source)
  }

  static func + (left: Markup, right: Markup) -> Markup {
    Markup(source: left.source + right.source)
  }

  static func += (left: inout Markup, right: Markup) { left.source += right.source }

  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { special.contains($0) }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static let special: Set<UInt8> = Set("&<>\"'".utf8)
}
