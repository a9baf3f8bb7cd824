// SPDX-License-Identifier: Apache-2.0
import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An element of a parsed page, to ask questions about it.
final class XMLTree {
  let name: String
  let attributes: [String: String]
  var children: [XMLTree] = []
  /// The text directly within.
  var text = ""

  init(_ name: String, _ attributes: [String: String]) {
    self.name = name
    self.attributes = attributes
  }

  /// The element and all within, in document order.
  var all: [XMLTree] { [self] + children.flatMap(\.all) }

  /// All text within.
  var fullText: String { text + children.map(\.fullText).joined() }

  /// All elements of a name within.
  func elements(_ name: String) -> [XMLTree] { all.filter { $0.name == name } }

  /// The number an attribute holds.
  func number(_ name: String) -> Double? { attributes[name].flatMap(Double.init) }

  /// Parses well-formed XML; throws what the parser says where it is not.
  static func parsed(_ source: String) throws -> XMLTree {
    let parser = XMLParser(data: Data(source.utf8))
    let builder = Builder()
    parser.delegate = builder
    guard parser.parse(), let root = builder.root else {
      throw Malformed(
        reason: "\(parser.parserError.map { "\($0)" } ?? "no root") at line \(parser.lineNumber)")
    }
    return root
  }

  struct Malformed: Error { let reason: String }

  private final class Builder: NSObject, XMLParserDelegate {
    var root: XMLTree?
    private var open: [XMLTree] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      let element = XMLTree(name, attributes)
      open.last?.children.append(element)
      if root == nil { root = element }
      open.append(element)
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
      qualifiedName: String?
    ) {
      open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      open.last?.text += string
    }
  }
}
