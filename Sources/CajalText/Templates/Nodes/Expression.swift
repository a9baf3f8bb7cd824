// SPDX-License-Identifier: Apache-2.0

/// A part of a template that has a value.
protocol Expression: Sendable {
  func evaluate(in scope: Scope) throws(TextError) -> Value
}

/// A value that the template spells out.
struct Literal: Expression {
  enum Content: Sendable {
    case none
    case boolean(Bool)
    case integer(Int)
    case real(Double)
    case text(Text)
  }

  let content: Content

  func evaluate(in scope: Scope) throws(TextError) -> Value {
    switch content {
    case .none: .none
    case .boolean(let value): .boolean(value)
    case .integer(let value): .integer(value)
    case .real(let value): .real(value)
    case .text(let value): .text(value)
    }
  }
}

/// A variable.
struct NameReference: Expression {
  let name: Int

  func evaluate(in scope: Scope) throws(TextError) -> Value { scope.value(name) }
}

/// `[a, b]` or `(a, b)`.
struct SequenceLiteral: Expression {
  let items: [any Expression]
  let isTuple: Bool

  func evaluate(in scope: Scope) throws(TextError) -> Value {
    var values: [Value] = []
    for item in items { values.append(try scope.value(of: item)) }
    return isTuple ? try .tuple(values) : try .list(values)
  }
}

/// `{a: b}`.
struct MappingLiteral: Expression {
  struct Member: Sendable {
    let key: any Expression
    let value: any Expression
  }

  let members: [Member]

  func evaluate(in scope: Scope) throws(TextError) -> Value {
    var values: [(key: Value, value: Value)] = []
    for member in members {
      let key = try scope.value(of: member.key)
      values.append((key, try scope.value(of: member.value)))
    }
    return .mapping(try Mapping(values))
  }
}

/// `a if test else b`.
struct Conditional: Expression {
  let test: any Expression
  let then: any Expression
  let otherwise: (any Expression)?
  let line: Int

  func evaluate(in scope: Scope) throws(TextError) -> Value {
    if try scope.value(of: test).isTrue { return try scope.value(of: then) }
    if let otherwise { return try scope.value(of: otherwise) }
    return .hint(
      "the inline if-expression on line \(line) evaluated to false and no else section was defined."
    )
  }
}

/// `a and b and c`, `a or b or c`: the first operand that decides.
struct Junction: Expression {
  let operands: [any Expression]
  let isAnd: Bool

  func evaluate(in scope: Scope) throws(TextError) -> Value {
    var value = Value.none
    for operand in operands {
      value = try scope.value(of: operand)
      if value.isTrue != isAnd { break }
    }
    return value
  }
}

/// `not a`.
struct Inversion: Expression {
  let operand: any Expression

  func evaluate(in scope: Scope) throws(TextError) -> Value {
    .boolean(try !scope.value(of: operand).isTrue)
  }
}

/// `-a`, `+a`.
struct Sign: Expression {
  let operand: any Expression
  let isMinus: Bool

  func evaluate(in scope: Scope) throws(TextError) -> Value {
    try Arithmetic.signed(try scope.value(of: operand), isMinus: isMinus)
  }
}

/// `a ~ b`: the texts of values, joined.
struct Concatenation: Expression {
  let operands: [any Expression]

  func evaluate(in scope: Scope) throws(TextError) -> Value {
    var values: [Value] = []
    for operand in operands { values.append(try scope.value(of: operand)) }
    var scalars: [Unicode.Scalar] = []
    for value in values { scalars += try scope.rendering.text(of: value).scalars }
    try scope.rendering.spend(scalars: scalars.count)
    return .text(scalars)
  }
}

/// `a + b - c`, `a * b`, `a ** b`: operators of one strength from left to right.
struct Calculation: Expression {
  struct Step: Sendable {
    let operation: Arithmetic.Operation
    let operand: any Expression
  }

  let first: any Expression
  let steps: [Step]

  func evaluate(in scope: Scope) throws(TextError) -> Value {
    var value = try scope.value(of: first)
    for step in steps {
      let operand = try scope.value(of: step.operand)
      value = try scope.rendering.calculate(value, step.operation, operand)
    }
    return value
  }
}

/// `a < b <= c`, `a in b`: true where each pair holds.
struct ComparisonChain: Expression {
  enum Relation: String {
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contained = "in"
    case notContained = "not in"
  }

  struct Step: Sendable {
    let relation: Relation
    let operand: any Expression
  }

  let first: any Expression
  let steps: [Step]

  func evaluate(in scope: Scope) throws(TextError) -> Value {
    var left = try scope.value(of: first)
    for step in steps {
      let right = try scope.value(of: step.operand)
      guard try scope.rendering.holds(step.relation, left, right) else { return .boolean(false) }
      left = right
    }
    return .boolean(true)
  }
}

extension Rendering {
  func holds(
    _ relation: ComparisonChain.Relation, _ left: Value, _ right: Value
  ) throws(TextError) -> Bool {
    switch relation {
    case .equal: return try areEqual(left, right)
    case .unequal: return try !areEqual(left, right)
    case .contained: return try contains(right, left)
    case .notContained: return try !contains(right, left)
    default: break
    }
    try spend(comparing: left, right)
    let symbol = relation.rawValue
    switch relation {
    case .less: return try Comparison.isLess(left, right, symbol: symbol)
    case .lessOrEqual: return try Comparison.isLess(left, right, symbol: symbol, orEqual: true)
    case .greater: return try Comparison.isLess(right, left, symbol: symbol, swapped: true)
    default:
      return try Comparison.isLess(right, left, symbol: symbol, orEqual: true, swapped: true)
    }
  }

  /// Python's `in`.
  func contains(_ container: Value, _ value: Value) throws(TextError) -> Bool {
    switch container {
    case .text(let text):
      guard case .text(let part) = value else {
        throw .failure(
          .type, "'in <string>' requires string as left operand, not \(value.typeName)")
      }
      try spend(steps: text.count / 16)
      return text.contains(part)
    case .mapping(let mapping): return mapping[try MappingKey(value)] != nil
    case .integer, .boolean, .real, .none:
      throw .failure(.type, "argument of type '\(container.typeName)' is not iterable")
    case .object(let range as NumberRange):
      if let number = value.index { return range.contains(number) }
      guard case .real(let real) = value, let number = Int(exactly: real) else { return false }
      return range.contains(number)
    case .object(let object) where object.iteration() == nil:
      throw .failure(.type, "argument of type '\(container.typeName)' is not iterable")
    default: break
    }
    var iteration = try iteration(over: container)
    while let item = try iteration.next(in: self) {
      if try areEqual(item, value) { return true }
    }
    return false
  }
}
