// SPDX-License-Identifier: Apache-2.0

/// A value and what is asked of it, from left to right: `message.content[0].strip()|upper`.
struct Chain: Expression {
  enum Link: Sendable {
    case attribute(Text)
    case element(any Expression)
    case slice(SliceBounds)
    case call(CallArguments)
    case filter(FilterUse)
    case test(FilterUse, isNegated: Bool)
  }

  let base: any Expression
  var links: [Link]

  func evaluate(in scope: Scope) throws(TextError) -> Value {
    var value = try scope.value(of: base)
    for link in links { value = try apply(link, to: value, in: scope) }
    return value
  }

  private func apply(
    _ link: Link, to value: Value, in scope: Scope
  ) throws(TextError) -> Value {
    try scope.rendering.enter()
    defer { scope.rendering.leave() }
    switch link {
    case .attribute(let name): return try scope.rendering.attribute(name, of: value)
    case .element(let key): return try Self.element(key, of: value, in: scope)
    case .slice(let bounds): return try bounds.slice(value, in: scope)
    case .call(let arguments): return try arguments.call(value, in: scope)
    case .filter(let use): return try use.apply(to: value, in: scope)
    case .test(let use, let isNegated): return try use.test(value, isNegated, in: scope)
    }
  }

  private static func element(
    _ key: any Expression, of value: Value, in scope: Scope
  ) throws(TextError) -> Value {
    try scope.rendering.element(try scope.value(of: key), of: value)
  }
}

/// `[start:stop:step]`.
struct SliceBounds: Sendable {
  let start: (any Expression)?
  let stop: (any Expression)?
  let step: (any Expression)?

  func slice(_ value: Value, in scope: Scope) throws(TextError) -> Value {
    var bounds: [Value] = []
    for bound in [start, stop, step] {
      bounds.append(
        try bound.map { bound throws(TextError) in try scope.value(of: bound) } ?? .none)
    }
    return try scope.rendering.slice(value, bounds[0], bounds[1], bounds[2])
  }
}

/// `(a, name=b, *rest, **members)`.
struct CallArguments: Sendable {
  struct Named: Sendable {
    let name: Text
    let value: any Expression
  }

  var positional: [any Expression] = []
  var named: [Named] = []
  var rest: (any Expression)?
  var members: (any Expression)?

  func call(_ function: Value, in scope: Scope) throws(TextError) -> Value {
    try scope.rendering.call(function, try values(in: scope))
  }

  func values(in scope: Scope) throws(TextError) -> Arguments {
    var arguments = Arguments()
    for expression in positional {
      arguments.positional.append(try scope.value(of: expression))
    }
    // The order of Python: what `*` unpacks is evaluated before named arguments.
    if let rest {
      arguments.positional += try scope.rendering.items(of: try scope.value(of: rest))
    }
    for argument in named {
      arguments.named.append((argument.name, try scope.value(of: argument.value)))
    }
    if let members { try unpack(try scope.value(of: members), into: &arguments) }
    return arguments
  }

  private func unpack(_ value: Value, into arguments: inout Arguments) throws(TextError) {
    if case .undefined(let undefined) = value { throw undefined.error }
    guard case .mapping(let mapping) = value else {
      throw .failure(.type, "argument after ** must be a mapping, not \(value.typeName)")
    }
    for member in mapping.members {
      guard case .text(let name) = member.key else {
        throw .failure(.type, "keywords must be strings")
      }
      guard !arguments.named.contains(where: { $0.name == name }) else {
        throw .failure(.type, "got multiple values for keyword argument '\(name.string)'")
      }
      arguments.named.append((name, member.value))
    }
  }
}

/// A filter or a test by its name, with arguments.
struct FilterUse: Sendable {
  let name: Text
  let arguments: CallArguments

  func apply(to value: Value, in scope: Scope) throws(TextError) -> Value {
    guard let filter = Filter.named(name) else { throw unknown("filter") }
    return try filter.apply(to: value, try arguments.values(in: scope), in: scope.rendering)
  }

  func test(_ value: Value, _ isNegated: Bool, in scope: Scope) throws(TextError) -> Value {
    guard let test = Filter.test(name) else { throw unknown("test") }
    let result = try test.apply(to: value, try arguments.values(in: scope), in: scope.rendering)
    return isNegated ? .boolean(!result.isTrue) : result
  }

  private func unknown(_ kind: String) -> TextError {
    .failure(.runtime, "No \(kind) named \(Printer.representation(name)) found.")
  }
}
