// SPDX-License-Identifier: Apache-2.0

/// How a statement ends: on to the next one, or with `break` or `continue`.
enum Flow {
  case next, leave, again
}

/// A part of a template that makes text or sets variables.
protocol Statement: Sendable {
  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow
}

/// Statements one after the other.
struct Body: Sendable {
  var statements: [any Statement] = []

  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow {
    for statement in statements {
      try scope.rendering.enter()
      defer { scope.rendering.leave() }
      let flow = try statement.run(in: scope, into: &output)
      if flow != .next { return flow }
    }
    return .next
  }
}

/// Text as the template has it.
struct PlainText: Statement {
  let text: Text

  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow {
    try scope.rendering.spend(scalars: text.count)
    output += text.scalars
    return .next
  }
}

/// `{{ value }}`.
struct Output: Statement {
  let value: any Expression

  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow {
    let text = try scope.rendering.text(of: try scope.value(of: value))
    try scope.rendering.spend(scalars: text.count)
    output += text.scalars
    return .next
  }
}

/// `{% if %}`, `{% elif %}`, `{% else %}`.
struct Condition: Statement {
  struct Branch: Sendable {
    let test: any Expression
    let body: Body
  }

  let branches: [Branch]
  let otherwise: Body

  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow {
    for branch in branches where try scope.value(of: branch.test).isTrue {
      return try branch.body.run(in: scope, into: &output)
    }
    return try otherwise.run(in: scope, into: &output)
  }
}

/// `{% break %}`, `{% continue %}`.
struct LoopControl: Statement {
  let flow: Flow

  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow { flow }
}

/// What a value is assigned to.
enum Target: Sendable {
  case name(Int)
  case attribute(Int, Text)
  case tuple([Target])

  func assign(_ value: Value, in scope: Scope) throws(TextError) {
    switch self {
    case .name(let name): scope.set(name, value)
    case .attribute(let owner, let name):
      guard case .object(let namespace as Namespace) = scope.value(owner) else { return }
      try namespace.set(name, value)
    case .tuple(let targets): try Self.unpack(value, into: targets, in: scope)
    }
  }

  private static func unpack(
    _ value: Value, into targets: [Target], in scope: Scope
  ) throws(TextError) {
    let values = try scope.rendering.unpacked(value, into: targets.count)
    for (target, value) in zip(targets, values) { try target.assign(value, in: scope) }
  }

  /// The value that the target has: what a loop with a condition hands on.
  func value(in scope: Scope) throws(TextError) -> Value {
    switch self {
    case .name(let name): return scope.value(name)
    case .attribute: return .none
    case .tuple(let targets):
      var values: [Value] = []
      for target in targets { values.append(try target.value(in: scope)) }
      return try .tuple(values)
    }
  }

  /// Only a namespace has attributes that can be set.
  func checkNamespaces(in scope: Scope) throws(TextError) {
    switch self {
    case .name: break
    case .attribute(let owner, _):
      if case .object(let object) = scope.value(owner), object is Namespace { return }
      throw .failure(.runtime, "cannot assign attribute on non-namespace object")
    case .tuple(let targets): for target in targets { try target.checkNamespaces(in: scope) }
    }
  }
}

extension Rendering {
  /// The elements of a value that must have so many.
  func unpacked(_ value: Value, into count: Int) throws(TextError) -> [Value] {
    guard var iteration = try? iteration(over: value) else {  // the reason is ours
      throw .failure(.type, "cannot unpack non-iterable \(value.typeName) object")
    }
    var values: [Value] = []
    while values.count <= count, let item = try iteration.next(in: self) { values.append(item) }
    guard values.count <= count else {
      throw .failure(.value, "too many values to unpack (expected \(count))")
    }
    guard values.count == count else {
      throw .failure(
        .value, "not enough values to unpack (expected \(count), got \(values.count))")
    }
    return values
  }
}

/// `{% set target = value %}`.
struct Assignment: Statement {
  let target: Target
  let value: any Expression

  func run(in scope: Scope, into output: inout [Unicode.Scalar]) throws(TextError) -> Flow {
    try target.checkNamespaces(in: scope)
    try target.assign(try scope.value(of: value), in: scope)
    return .next
  }
}
