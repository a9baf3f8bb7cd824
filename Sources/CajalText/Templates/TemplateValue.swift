// SPDX-License-Identifier: Apache-2.0

/// A value that is handed to a chat template: what JSON can hold, objects in their order.
public indirect enum TemplateValue: Sendable {
  /// Nothing: `null` in JSON, `none` in the template.
  case null
  /// True or false.
  case bool(Bool)
  /// A whole number of 64 bits.
  case integer(Int)
  /// A number with a fraction.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case list([TemplateValue])
  /// Members in their order; of members with the same name the last counts.
  case object([Member])

  /// A member of an object.
  public struct Member: Sendable {
    /// The name of the member.
    public var name: String
    /// What it holds.
    public var value: TemplateValue

    /// A member with its name and what it holds.
    public init(_ name: String, _ value: TemplateValue) {
      self.name = name
      self.value = value
    }
  }

  /// The value that JSON text holds.
  ///
  /// A whole number beyond 64 bits becomes a number with a fraction.
  /// - Throws: `malformed` where the text is not JSON (RFC 8259), names a member twice or nests
  ///   deeper than 64 levels.
  public init(json: [UInt8]) throws(TextError) {
    self.init(try JSONParser.parse(json))
  }

  private init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .string(let value): self = .string(value)
    case .array(let items): self = .list(items.map(TemplateValue.init))
    case .object(let members):
      self = .object(members.map { Member($0.key, TemplateValue($0.value)) })
    }
  }
}

// MARK: - Literals
extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// True or false.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number with a fraction.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A list.
  public init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }
  /// An object with its members in the order of the source.
  public init(dictionaryLiteral elements: (String, TemplateValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
  /// Nothing.
  public init(nilLiteral: ()) { self = .null }
}

extension Value {
  /// The value as a template sees it.
  init(_ given: TemplateValue, depth: Int = 0) throws(TextError) {
    guard depth < TemplateLimits.nesting else {
      throw TextError(
        .exhausted, "a value for the chat template nests deeper than \(TemplateLimits.nesting)")
    }
    switch given {
    case .null: self = .none
    case .bool(let value): self = .boolean(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .real(value)
    case .string(let value): self = .text(Text(value))
    case .list(let items):
      var values: [Value] = []
      values.reserveCapacity(items.count)
      for item in items { values.append(try Value(item, depth: depth + 1)) }
      self = .list(try Elements(values))
    case .object(let members):
      var values: [(key: Value, value: Value)] = []
      values.reserveCapacity(members.count)
      for member in members {
        values.append((.text(member.name), try Value(member.value, depth: depth + 1)))
      }
      self = .mapping(try Mapping(values))
    }
  }
}
