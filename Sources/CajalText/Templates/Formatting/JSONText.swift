// SPDX-License-Identifier: Apache-2.0

/// Writes a value as Python's `json.dumps` does.
///
/// - Source: <https://docs.python.org/3.11/library/json.html#json.dumps>
struct JSONText {
  private(set) var scalars: [Unicode.Scalar] = []
  /// Whether characters beyond ASCII are written as escapes.
  var isASCII = false
  var sortsKeys = false
  /// What each level is moved in by; everything stands in one line where it is nil.
  var indentation: Text?
  var itemSeparator: Text = ", "
  var keySeparator: Text = ": "
  private let rendering: Rendering
  private var level = 0

  init(_ rendering: Rendering) { self.rendering = rendering }

  private mutating func put(_ text: Text) throws(TextError) {
    try rendering.spend(scalars: text.count)
    scalars += text.scalars
  }

  mutating func write(_ value: Value) throws(TextError) {
    switch value {
    case .none: try put("null")
    case .boolean(let value): try put(value ? "true" : "false")
    case .integer(let value): try put(Text(String(value)))
    case .real(let value): try put(Self.number(value))
    case .text(let text): try writeQuoted(text)
    case .list(let elements), .tuple(let elements): try write(elements.items)
    case .mapping(let mapping): try write(mapping)
    case .undefined, .object:
      throw .failure(.type, "Object of type \(value.typeName) is not JSON serializable")
    }
  }

  private static func number(_ value: Double) -> Text {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return Text(RealText.shortest(value))
  }

  private mutating func write(_ items: [Value]) throws(TextError) {
    guard !items.isEmpty else { return try put("[]") }
    try open("[")
    for (place, item) in items.enumerated() {
      try separate(place)
      try write(item)
    }
    try close("]")
  }

  private mutating func write(_ mapping: Mapping) throws(TextError) {
    guard mapping.count > 0 else { return try put("{}") }
    var members = mapping.members
    if sortsKeys {
      let places = try Comparison.sorted(
        members.indices.map(Value.integer), by: mapping.keys, reverse: false, in: rendering)
      members = places.compactMap(\.index).map { members[$0] }
    }
    try open("{")
    for (place, member) in members.enumerated() {
      try separate(place)
      try writeQuoted(try Self.key(member.key))
      try put(keySeparator)
      try write(member.value)
    }
    try close("}")
  }

  private static func key(_ key: Value) throws(TextError) -> Text {
    switch key {
    case .text(let text): return text
    case .none: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let value): return Text(String(value))
    case .real(let value): return number(value)
    default:
      throw .failure(
        .type, "keys must be str, int, float, bool or None, not \(key.typeName)")
    }
  }
}

// MARK: - Layout
extension JSONText {
  private mutating func open(_ bracket: Text) throws(TextError) {
    try rendering.enter()
    try put(bracket)
    level += 1
  }

  private mutating func separate(_ place: Int) throws(TextError) {
    if place > 0 { try put(itemSeparator) }
    try breakLine()
  }

  private mutating func close(_ bracket: Text) throws(TextError) {
    level -= 1
    rendering.leave()
    try breakLine()
    try put(bracket)
  }

  private mutating func breakLine() throws(TextError) {
    guard let indentation else { return }
    try put("\n")
    for _ in 0..<level { try put(indentation) }
  }

  private mutating func writeQuoted(_ text: Text) throws(TextError) {
    try rendering.spend(scalars: text.count + 2)
    scalars.append("\"")
    for scalar in text.scalars {
      switch scalar {
      case "\"": scalars += ["\\", "\""]
      case "\\": scalars += ["\\", "\\"]
      case "\n": scalars += ["\\", "n"]
      case "\r": scalars += ["\\", "r"]
      case "\t": scalars += ["\\", "t"]
      case "\u{8}": scalars += ["\\", "b"]
      case "\u{C}": scalars += ["\\", "f"]
      default:
        if scalar.value < 0x20 || (isASCII && scalar.value > 0x7E) {
          for unit in String(scalar).utf16 { appendEscape(unit) }
        } else {
          scalars.append(scalar)
        }
      }
    }
    scalars.append("\"")
  }

  private mutating func appendEscape(_ unit: UInt16) {
    let digits = String(unit, radix: 16)
    scalars += "\\u".unicodeScalars
    scalars += String(repeating: "0", count: 4 - digits.count).unicodeScalars
    scalars += digits.unicodeScalars
  }
}
