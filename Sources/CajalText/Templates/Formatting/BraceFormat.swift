// SPDX-License-Identifier: Apache-2.0

/// `"{} and {name:>8}".format(values)`, with the attributes that the sandbox allows.
///
/// - Source: <https://docs.python.org/3.11/library/string.html#format-string-syntax>
struct BraceFormat {
  private let arguments: Arguments
  private let mapping: Value?
  private let isMarkup: Bool
  private let rendering: Rendering
  /// The next place for a field without a name; nil once fields have numbers.
  private var place: Int? = 0
  private var usesPlaces = false

  static func filled(
    _ format: Text, _ arguments: Arguments, mapping: Value? = nil, in rendering: Rendering
  ) throws(TextError) -> Text {
    var filler = BraceFormat(
      arguments: arguments, mapping: mapping, isMarkup: format.isMarkup, rendering: rendering)
    return Text(try filler.fill(format.scalars[...], depth: 2), isMarkup: format.isMarkup)
  }

  private init(
    arguments: Arguments, mapping: Value?, isMarkup: Bool, rendering: Rendering
  ) {
    self.arguments = arguments
    self.mapping = mapping
    self.isMarkup = isMarkup
    self.rendering = rendering
  }

  private mutating func fill(
    _ format: ArraySlice<Unicode.Scalar>, depth: Int
  ) throws(TextError) -> [Unicode.Scalar] {
    guard depth > 0 else { throw .failure(.value, "Max string recursion exceeded") }
    try rendering.spend(scalars: format.count)
    var result: [Unicode.Scalar] = []
    var index = format.startIndex
    while index < format.endIndex {
      let scalar = format[index]
      index += 1
      guard scalar == "{" || scalar == "}" else {
        result.append(scalar)
        continue
      }
      if index < format.endIndex, format[index] == scalar {
        result.append(scalar)
        index += 1
        continue
      }
      guard scalar == "{" else {
        throw .failure(.value, "Single '}' encountered in format string")
      }
      guard index < format.endIndex else {
        throw .failure(.value, "Single '{' encountered in format string")
      }
      let end = try Self.endOfField(format, index)
      let text = try field(format[index..<end], depth: depth)
      try rendering.spend(scalars: text.count)
      result += text.scalars
      index = end + 1
    }
    return result
  }

  private static func endOfField(
    _ format: ArraySlice<Unicode.Scalar>, _ start: Int
  ) throws(TextError) -> Int {
    var depth = 1
    for index in start..<format.endIndex {
      if format[index] == "{" { depth += 1 }
      if format[index] == "}" { depth -= 1 }
      if depth == 0 { return index }
    }
    throw .failure(.value, "expected '}' before end of string")
  }

  /// One field: name, conversion after `!`, layout after `:`.
  private mutating func field(
    _ field: ArraySlice<Unicode.Scalar>, depth: Int
  ) throws(TextError) -> Text {
    var name = field
    var layout: ArraySlice<Unicode.Scalar> = []
    var conversion: Unicode.Scalar?
    if let end = field.firstIndex(where: { $0 == ":" || $0 == "!" }) {
      name = field[..<end]
      if field[end] == "!" {
        guard end + 1 < field.endIndex else {
          throw .failure(.value, "unmatched '{' in format spec")
        }
        conversion = field[end + 1]
        if end + 2 < field.endIndex {
          guard field[end + 2] == ":" else {
            throw .failure(.value, "expected ':' after conversion specifier")
          }
          layout = field[(end + 3)...]
        }
      } else {
        layout = field[(end + 1)...]
      }
    }
    var value = try self.value(named: name)
    switch conversion {
    case nil: break
    case "s": value = .text(try rendering.text(of: value))
    case "r": value = .text(try rendering.representation(of: value))
    case "a": throw .unsupported("the conversion “!a”")
    case let other?:
      throw .failure(.value, "Unknown conversion specifier \(other)")
    }
    let specification = Text(try fill(layout, depth: depth - 1))
    var text = try formatted(value, specification)
    if isMarkup { text = text.escaped }
    return text
  }

  private func formatted(_ value: Value, _ layout: Text) throws(TextError) -> Text {
    guard !layout.isEmpty else { return try rendering.text(of: value) }
    return try FormatSpecification(layout).formatted(value, in: rendering)
  }
}

// MARK: - Names of fields
extension BraceFormat {
  private mutating func value(
    named name: ArraySlice<Unicode.Scalar>
  ) throws(TextError) -> Value {
    let end = name.firstIndex { $0 == "." || $0 == "[" } ?? name.endIndex
    var value = try first(Text(name[..<end]))
    var index = end
    while index < name.endIndex {
      let isAttribute = name[index] == "."
      let start = index + 1
      if isAttribute {
        index = name[start...].firstIndex { $0 == "." || $0 == "[" } ?? name.endIndex
      } else {
        guard let close = name[start...].firstIndex(of: "]") else {
          throw .failure(.value, "Missing ']' in format string")
        }
        index = close
      }
      let part = Text(name[start..<index])
      guard !part.isEmpty else {
        throw .failure(.value, "Empty attribute in format string")
      }
      if isAttribute {
        value = try rendering.attribute(part, of: value)
      } else {
        value = try rendering.element(
          Self.number(part).map(Value.integer) ?? .text(part), of: value)
        index += 1
        guard index == name.endIndex || name[index] == "." || name[index] == "[" else {
          throw .failure(
            .value, "Only '.' or '[' may follow ']' in format field specifier")
        }
      }
    }
    return value
  }

  private static func number(_ text: Text) -> Int? {
    text.scalars.allSatisfy { ("0"..."9").contains($0) } ? Int(text.string) : nil
  }

  private mutating func first(_ name: Text) throws(TextError) -> Value {
    var number = Self.number(name)
    if name.isEmpty {
      guard let current = place else {
        throw .failure(
          .value,
          "cannot switch from manual field specification to automatic field numbering")
      }
      usesPlaces = true
      number = current
      place = current + 1
    } else if number != nil {
      guard !usesPlaces else {
        throw .failure(
          .value,
          "cannot switch from manual field specification to automatic field numbering")
      }
      place = nil
    }
    if let number {
      guard number < arguments.positional.count else {
        throw .failure(
          .index, "Replacement index \(number) out of range for positional args tuple")
      }
      return arguments.positional[number]
    }
    if let mapping {
      if case .undefined(let undefined) = mapping { throw undefined.error }
      guard case .mapping(let members) = mapping, let value = members[name] else {
        throw .failure(.key, Printer.representation(name))
      }
      return value
    }
    guard let argument = arguments.named.first(where: { $0.name == name }) else {
      throw .failure(.key, Printer.representation(name))
    }
    return argument.value
  }
}

extension TextMethods {
  static func format(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    .text(try BraceFormat.filled(text, call.arguments, in: call.rendering))
  }

  static func formatMap(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    guard call.arguments.named.isEmpty else {
      throw .failure(.type, "format_map() takes no keyword arguments")
    }
    guard call.arguments.positional.count == 1 else {
      throw .failure(
        .type,
        "format_map() takes exactly one argument (\(call.arguments.positional.count) given)")
    }
    return .text(
      try BraceFormat.filled(
        text, Arguments(), mapping: call.arguments.positional[0], in: call.rendering))
  }
}
