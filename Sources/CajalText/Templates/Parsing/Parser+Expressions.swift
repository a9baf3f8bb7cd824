// SPDX-License-Identifier: Apache-2.0

// Expressions, from the weakest operator to the strongest.
extension Parser {
  mutating func expression(withCondition: Bool = true) throws(TextError) -> any Expression {
    try descend()
    defer { ascend() }
    let faultCount = laterFaults.count
    let line = line
    var value = try operands(from: 0)
    guard withCondition, current.isName("if") else { return value }
    let wasConditional = isConditional
    isConditional = true
    // What was read before the `if` is part of the condition as well.
    laterFaults.removeLast(laterFaults.count - faultCount)
    var conditionLine = line
    while try skip(name: "if") {
      let test = try operands(from: 0)
      let otherwise = try skip(name: "else") ? try expression() : nil
      value = Conditional(test: test, then: value, otherwise: otherwise, line: conditionLine)
      conditionLine = self.line
    }
    isConditional = wasConditional
    return value
  }

  /// An operator between two values: the higher its level, the tighter it binds.
  private enum Operator {
    case or, and
    case relation(ComparisonChain.Relation)
    case operation(Arithmetic.Operation)
    case join

    var level: Int {
      switch self {
      case .or: 0
      case .and: 1
      case .relation: 3
      case .operation(.add), .operation(.subtract): 4
      case .join: 5
      case .operation(.power): 7
      case .operation: 6
      }
    }

    static let notLevel = 2
  }

  private func nextOperator() throws(TextError) -> Operator? {
    switch current.kind {
    case .name:
      if current.isName("or") { return .or }
      if current.isName("and") { return .and }
      if current.isName("in") { return .relation(.contained) }
      guard current.isName("not"), try following().isName("in") else { return nil }
      return .relation(.notContained)
    case .symbol:
      if current.isSymbol("~") { return .join }
      let symbol = current.text.string
      if let operation = Arithmetic.Operation(rawValue: symbol) { return .operation(operation) }
      return ComparisonChain.Relation(rawValue: symbol).map { .relation($0) }
    default: return nil
    }
  }

  /// Values and operators of at least a level; those of one level are read into one chain.
  private mutating func operands(from level: Int) throws(TextError) -> any Expression {
    var left: any Expression
    if level <= Operator.notLevel, current.isName("not") {
      left = try inversion()
    } else {
      left = try signed()
    }
    while let next = try nextOperator(), next.level >= level {
      left = try chain(after: left, next)
    }
    return left
  }

  private mutating func inversion() throws(TextError) -> any Expression {
    var count = 0
    while try skip(name: "not") { count += 1 }
    let once = Inversion(operand: try operands(from: Operator.notLevel + 1))
    return count % 2 == 1 ? once : Inversion(operand: once)
  }

  private mutating func chain(
    after left: any Expression, _ first: Operator
  ) throws(TextError) -> any Expression {
    var operators: [Operator] = []
    var operands = [left]
    while let next = try nextOperator(), next.level == first.level {
      _ = try advance()
      if case .relation(.notContained) = next { _ = try advance() }
      operators.append(next)
      operands.append(try self.operands(from: next.level + 1))
    }
    return Self.node(operators, operands)
  }

  private static func node(
    _ operators: [Operator], _ operands: [any Expression]
  ) -> any Expression {
    let rest = zip(operators, operands.dropFirst())
    switch operators[0] {
    case .or: return Junction(operands: operands, isAnd: false)
    case .and: return Junction(operands: operands, isAnd: true)
    case .join: return Concatenation(operands: operands)
    case .relation:
      let steps = rest.compactMap { pair -> ComparisonChain.Step? in
        guard case .relation(let relation) = pair.0 else { return nil }
        return ComparisonChain.Step(relation: relation, operand: pair.1)
      }
      return ComparisonChain(first: operands[0], steps: steps)
    case .operation:
      let steps = rest.compactMap { pair -> Calculation.Step? in
        guard case .operation(let operation) = pair.0 else { return nil }
        return Calculation.Step(operation: operation, operand: pair.1)
      }
      return Calculation(first: operands[0], steps: steps)
    }
  }

  private mutating func signed(withFilters: Bool = true) throws(TextError) -> any Expression {
    var links: [Chain.Link] = []
    let base: any Expression
    if current.isSymbol("-") || current.isSymbol("+") {
      try descend()
      defer { ascend() }
      let isMinus = try advance().isSymbol("-")
      base = Sign(operand: try signed(withFilters: false), isMinus: isMinus)
    } else {
      base = try primary()
    }
    try readPostfix(into: &links)
    if withFilters { try readFilters(into: &links) }
    return links.isEmpty ? base : Chain(base: base, links: links)
  }
}

// MARK: - Values
extension Parser {
  func isEndOfTuple(_ end: Text?) -> Bool {
    switch current.kind {
    case .variableEnd, .blockEnd: true
    case .symbol: current.isSymbol(")")
    case .name: end.map(current.isName) ?? false
    default: false
    }
  }

  /// One expression, or several with commas between them.
  mutating func tuple(
    withCondition: Bool = true, end: Text? = nil, isInParentheses: Bool = false
  ) throws(TextError) -> any Expression {
    var items: [any Expression] = []
    var isTuple = false
    while true {
      if !items.isEmpty { try expect(symbol: ",") }
      if isEndOfTuple(end) { break }
      items.append(try expression(withCondition: withCondition))
      guard current.isSymbol(",") else { break }
      isTuple = true
    }
    if !isTuple {
      if let only = items.first { return only }
      guard isInParentheses else {
        throw fault(
          "Expected an expression, got \(Printer.representation(current.description))")
      }
    }
    return SequenceLiteral(items: items, isTuple: true)
  }

  mutating func primary() throws(TextError) -> any Expression {
    let token = current
    switch token.kind {
    case .name:
      _ = try advance()
      return named(token.text)
    case .string:
      var text: [Unicode.Scalar] = []
      while current.kind == .string { text += try advance().text.scalars }
      return Literal(content: .text(Text(text)))
    case .integer:
      _ = try advance()
      return Literal(content: .integer(token.integer))
    case .real:
      _ = try advance()
      return Literal(content: .real(token.real))
    case .symbol where token.text == "(":
      _ = try advance()
      let value = try tuple(isInParentheses: true)
      try expect(symbol: ")")
      return value
    case .symbol where token.text == "[": return try list()
    case .symbol where token.text == "{": return try mapping()
    default:
      throw fault("unexpected \(Printer.representation(token.description))")
    }
  }

  private mutating func named(_ name: Text) -> any Expression {
    switch name.string {
    case "true", "True": return Literal(content: .boolean(true))
    case "false", "False": return Literal(content: .boolean(false))
    case "none", "None": return Literal(content: .none)
    default:
      let number = number(of: name)
      note(.reads(number))
      return NameReference(name: number)
    }
  }

  private mutating func list() throws(TextError) -> any Expression {
    try expect(symbol: "[")
    var items: [any Expression] = []
    while !current.isSymbol("]") {
      if !items.isEmpty { try expect(symbol: ",") }
      if current.isSymbol("]") { break }
      items.append(try expression())
    }
    try expect(symbol: "]")
    return SequenceLiteral(items: items, isTuple: false)
  }

  private mutating func mapping() throws(TextError) -> any Expression {
    try expect(symbol: "{")
    var members: [MappingLiteral.Member] = []
    while !current.isSymbol("}") {
      if !members.isEmpty { try expect(symbol: ",") }
      if current.isSymbol("}") { break }
      let key = try expression()
      try expect(symbol: ":")
      members.append(MappingLiteral.Member(key: key, value: try expression()))
    }
    try expect(symbol: "}")
    return MappingLiteral(members: members)
  }
}
