// SPDX-License-Identifier: Apache-2.0

/// A value while a template runs, with the meaning that Python gives it.
///
/// Nothing can be changed once it is made, except the attributes of a namespace and the state of
/// loops, cyclers and iterators: the reference's immutable sandbox refuses everything else.
enum Value {
  case undefined(Undefined)
  case none
  case boolean(Bool)
  case integer(Int)
  case real(Double)
  case text(Text)
  case list(Elements)
  case tuple(Elements)
  case mapping(Mapping)
  case object(Object)

  static func text(_ string: String) -> Value { .text(Text(string)) }
  static func text(_ scalars: [Unicode.Scalar]) -> Value { .text(Text(scalars)) }
  static func list(_ items: [Value]) throws(TextError) -> Value { .list(try Elements(items)) }
  static func tuple(_ items: [Value]) throws(TextError) -> Value { .tuple(try Elements(items)) }
}

/// The elements of a list or a tuple.
final class Elements {
  let items: [Value]
  /// How deep the elements nest, this level counted.
  let depth: Int
  /// How many values a walk over all elements meets.
  let weight: Int
  /// What the elements may be called as attributes; the groups of `groupby` have names.
  let names: [Text]

  init(_ items: [Value], names: [Text] = []) throws(TextError) {
    self.items = items
    self.names = names
    (depth, weight) = try Nesting.around(items)
  }
}

/// How deep and how large values are that hold others.
enum Nesting {
  static func around(_ values: [Value]) throws(TextError) -> (depth: Int, weight: Int) {
    var depth = 0
    var weight = 1
    for value in values {
      depth = max(depth, value.depth)
      weight = min(weight + value.weight, Int.max / 4)
    }
    guard depth < TemplateLimits.nesting else {
      throw TextError(
        .exhausted, "the chat template nests values deeper than \(TemplateLimits.nesting)")
    }
    return (depth + 1, weight)
  }
}

/// A value that is not there, and what to say when somebody needs it.
final class Undefined {
  enum Reason {
    /// A variable that nobody set.
    case variable(Text)
    /// An attribute or an element that a value does not have.
    case member(of: String, Value)
    /// Any other reason, in words.
    case hint(String)
    /// An attribute that the sandbox keeps away.
    case unsafe(String)
  }

  let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  var depth: Int {
    if case .member(_, let name) = reason { name.depth + 1 } else { 0 }
  }

  /// What the reference raises when the value is used.
  var error: TextError {
    switch reason {
    case .variable(let name):
      return .failure(.undefined, "\(Printer.representation(name)) is undefined")
    case .member(let owner, .text(let name)):
      return .failure(
        .undefined,
        "\(Printer.representation(Text(owner))) has no attribute \(Printer.representation(name))")
    case .member(let owner, let name):
      return .failure(.undefined, "\(owner) has no element \(Printer.excerpt(name))")
    case .hint(let hint):
      return .failure(.undefined, hint)
    case .unsafe(let hint):
      return .failure(.security, hint)
    }
  }
}

// MARK: - What kind of value
extension Value {
  static func missing(_ name: Text) -> Value { .undefined(Undefined(.variable(name))) }

  static func hint(_ hint: String) -> Value { .undefined(Undefined(.hint(hint))) }

  /// The name of the type, as Python prints it in errors.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .boolean: "bool"
    case .integer: "int"
    case .real: "float"
    case .text(let text): text.isMarkup ? "Markup" : "str"
    case .list: "list"
    case .tuple(let elements): elements.names.isEmpty ? "tuple" : "_GroupTuple"
    case .mapping: "dict"
    case .object(let object): object.typeName
    }
  }

  /// How the reference names the value that has no such attribute.
  var ownerName: String {
    switch self {
    case .none: "None"
    case .text(let text) where text.isMarkup: "markupsafe.Markup object"
    case .tuple(let elements) where !elements.names.isEmpty: "jinja2.filters._GroupTuple object"
    case .object(let object): "\(object.qualifiedName) object"
    default: "\(typeName) object"
    }
  }

  /// Whether Python takes the value for true.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .real(let value): value != 0
    case .text(let text): !text.isEmpty
    case .list(let elements), .tuple(let elements): !elements.items.isEmpty
    case .mapping(let mapping): mapping.count > 0
    case .object(let object): object.isTrue
    }
  }

  var isUndefined: Bool {
    if case .undefined = self { true } else { false }
  }

  var isNone: Bool {
    if case .none = self { true } else { false }
  }

  /// The whole number that Python takes the value for where it needs an index.
  var index: Int? {
    switch self {
    case .integer(let value): value
    case .boolean(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The value as a number with a fraction, where it is a number.
  var number: Double? {
    switch self {
    case .real(let value): value
    default: index.map(Double.init)
    }
  }

  /// How deep values nest in this one; zero for plain ones.
  var depth: Int {
    switch self {
    case .list(let elements), .tuple(let elements): elements.depth
    case .mapping(let mapping): mapping.depth
    case .object(let object): object.depth
    case .undefined(let undefined): undefined.depth
    default: 0
    }
  }

  /// How many values a walk over this one meets.
  var weight: Int {
    switch self {
    case .list(let elements), .tuple(let elements): elements.weight
    case .mapping(let mapping): mapping.weight
    case .text(let text): 1 + text.count / 16
    case .object(let object): object.weight
    default: 1
    }
  }
}
