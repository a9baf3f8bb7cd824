// SPDX-License-Identifier: Apache-2.0

extension ConfigurationValue: CustomStringConvertible {
  /// The value as one line of JSON with names in byte order; ``json(indented:)`` without
  /// indentation.
  public var description: String { json() }

  /// The value as JSON with names in byte order.
  ///
  /// Numbers print with the fewest digits that read back to the same bits; numbers that are not
  /// finite print as `NaN`, `Infinity` and `-Infinity`, which ``ConfigurationReader`` reads.
  ///
  /// - Parameter indented: One value a line, two spaces a level, and a line end behind the last.
  public func json(indented: Bool = false) -> String {
    var text = ""
    write(to: &text, level: indented ? 0 : nil)
    if indented { text += "\n" }
    return text
  }

  private func write(to text: inout String, level: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += Self.written(value)
    case .string(let value): Self.write(value, to: &text)
    case .array(let values):
      Self.writeList(values, between: "[", and: "]", to: &text, level: level) {
        value, text, level in
        value.write(to: &text, level: level)
      }
    case .object(let values):
      let members = values.sorted { $0.key.precedesInBytes($1.key) }
      Self.writeList(members, between: "{", and: "}", to: &text, level: level) {
        member, text, level in
        Self.write(member.key, to: &text)
        text += level == nil ? ":" : ": "
        member.value.write(to: &text, level: level)
      }
    }
  }

  private static func writeList<Element>(
    _ elements: [Element], between open: String, and close: String, to text: inout String,
    level: Int?, element: (Element, inout String, Int?) -> Void
  ) {
    text += open
    for (index, item) in elements.enumerated() {
      if index > 0 { text += "," }
      if let level { text += "\n" + String(repeating: "  ", count: level + 1) }
      element(item, &text, level.map { $0 + 1 })
    }
    if let level, !elements.isEmpty { text += "\n" + String(repeating: "  ", count: level) }
    text += close
  }

  private static func written(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return value.description
  }

  /// Writes a JSON string; only what JSON demands is escaped.
  static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension String {
  /// Order by UTF-8 bytes: the same in every locale and on every platform.
  func precedesInBytes(_ other: String) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }
}
