// SPDX-License-Identifier: Apache-2.0

/// Writes values as Python's `str` and `repr` do.
struct Printer {
  private(set) var scalars: [Unicode.Scalar] = []
  let rendering: Rendering?
  /// The namespaces that are being written, for those that hold themselves.
  private var open: [ObjectIdentifier] = []

  init(_ rendering: Rendering?) { self.rendering = rendering }

  mutating func write(_ string: String) throws(TextError) {
    try rendering?.spend(scalars: string.utf8.count)
    scalars += string.unicodeScalars
  }

  mutating func write(_ text: Text) throws(TextError) {
    try rendering?.spend(scalars: text.count)
    scalars += text.scalars
  }

  /// What `repr` prints.
  mutating func writeRepresentation(_ value: Value) throws(TextError) {
    switch value {
    case .undefined: try write("Undefined")
    case .none: try write("None")
    case .boolean(let value): try write(value ? "True" : "False")
    case .integer(let value): try write(String(value))
    case .real(let value): try write(RealText.shortest(value))
    case .text(let text):
      let quoted = Printer.representation(text)
      try write(text.isMarkup ? "Markup(\(quoted))" : quoted)
    case .list(let elements):
      try write("[")
      try writeList(elements.items)
      try write("]")
    case .tuple(let elements):
      try write("(")
      try writeList(elements.items)
      try write(elements.items.count == 1 ? ",)" : ")")
    case .mapping(let mapping): try writeMembers(mapping.members)
    case .object(let object): try object.write(to: &self)
    }
  }

  mutating func writeList(_ items: [Value]) throws(TextError) {
    try rendering?.enter()
    defer { rendering?.leave() }
    for (place, item) in items.enumerated() {
      if place > 0 { try write(", ") }
      try writeRepresentation(item)
    }
  }

  mutating func writeMembers(_ members: [(key: Value, value: Value)]) throws(TextError) {
    try rendering?.enter()
    defer { rendering?.leave() }
    try write("{")
    for (place, member) in members.enumerated() {
      if place > 0 { try write(", ") }
      try writeRepresentation(member.key)
      try write(": ")
      try writeRepresentation(member.value)
    }
    try write("}")
  }

  /// Writes what a namespace holds, once.
  mutating func writeNamespace(_ namespace: Namespace) throws(TextError) {
    try write("<Namespace ")
    if open.contains(ObjectIdentifier(namespace)) {
      try write("{...}")
    } else {
      open.append(ObjectIdentifier(namespace))
      try writeMembers(namespace.members)
      open.removeLast()
    }
    try write(">")
  }
}

// MARK: - Texts
extension Printer {
  /// A text in quotes with what is not printable as escapes.
  static func representation(_ text: Text) -> String {
    let quote: Unicode.Scalar =
      text.scalars.contains("'") && !text.scalars.contains("\"") ? "\"" : "'"
    var result = String.UnicodeScalarView([quote])
    for scalar in text.scalars {
      switch scalar {
      case quote, "\\":
        result.append("\\")
        result.append(scalar)
      case "\n": result += "\\n".unicodeScalars
      case "\r": result += "\\r".unicodeScalars
      case "\t": result += "\\t".unicodeScalars
      default:
        if PythonCharacter.isPrintable(scalar) {
          result.append(scalar)
        } else {
          result += escape(scalar).unicodeScalars
        }
      }
    }
    result.append(quote)
    return String(result)
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    let (letter, width) =
      switch scalar.value {
      case ..<0x100: ("x", 2)
      case ..<0x10000: ("u", 4)
      default: ("U", 8)
      }
    return "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits
  }

  /// What `repr` prints of a value, for an error; large ones are left out.
  static func excerpt(_ value: Value) -> String {
    guard value.weight <= 1000 else { return "…" }
    var printer = Printer(nil)
    // Without a rendering there is no limit that could be exceeded.
    try? printer.writeRepresentation(value)
    return Text(printer.scalars).string
  }
}

extension Rendering {
  /// What `str` makes of a value; a text stays as it is.
  func text(of value: Value) throws(TextError) -> Text {
    switch value {
    case .text(let text): return text
    case .undefined: return Text([])
    case .integer, .boolean, .none, .real, .list, .tuple, .mapping, .object:
      var printer = Printer(self)
      try printer.writeRepresentation(value)
      return Text(printer.scalars)
    }
  }

  func representation(of value: Value) throws(TextError) -> Text {
    var printer = Printer(self)
    try printer.writeRepresentation(value)
    return Text(printer.scalars)
  }
}
