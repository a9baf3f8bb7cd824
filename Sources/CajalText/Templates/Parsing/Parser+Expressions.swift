// SPDX-License-Identifier: Apache-2.0

// Expressions, from the weakest operator to the strongest.
extension Parser {
  mutating func expression(withCondition: Bool = true) throws(TextError) -> any Expression {
    try descend()
    defer { ascend() }
    let faultCount = laterFaults.count
    let line = line
    var value = try junction()
    guard withCondition, current.isName("if") else { return value }
    let wasConditional = isConditional
    isConditional = true
    // What was read before the `if` is part of the condition as well.
    laterFaults.removeLast(laterFaults.count - faultCount)
    var conditionLine = line
    while try skip(name: "if") {
      let test = try junction()
      let otherwise = try skip(name: "else") ? try expression() : nil
      value = Conditional(test: test, then: value, otherwise: otherwise, line: conditionLine)
      conditionLine = self.line
    }
    isConditional = wasConditional
    return value
  }

  private mutating func junction() throws(TextError) -> any Expression {
    var alternatives = [try conjunction()]
    while try skip(name: "or") { alternatives.append(try conjunction()) }
    return alternatives.count == 1
      ? alternatives[0] : Junction(operands: alternatives, isAnd: false)
  }

  private mutating func conjunction() throws(TextError) -> any Expression {
    var operands = [try inversion()]
    while try skip(name: "and") { operands.append(try inversion()) }
    return operands.count == 1 ? operands[0] : Junction(operands: operands, isAnd: true)
  }

  private mutating func inversion() throws(TextError) -> any Expression {
    var count = 0
    while try skip(name: "not") { count += 1 }
    let operand = try comparison()
    guard count > 0 else { return operand }
    let once = Inversion(operand: operand)
    return count % 2 == 1 ? once : Inversion(operand: once)
  }

  private mutating func comparison() throws(TextError) -> any Expression {
    let first = try sum()
    var steps: [ComparisonChain.Step] = []
    while let relation = try relation() {
      steps.append(ComparisonChain.Step(relation: relation, operand: try sum()))
    }
    return steps.isEmpty ? first : ComparisonChain(first: first, steps: steps)
  }

  private mutating func relation() throws(TextError) -> ComparisonChain.Relation? {
    if current.kind == .symbol {
      guard let relation = ComparisonChain.Relation(rawValue: current.text.string) else {
        return nil
      }
      _ = try advance()
      return relation
    }
    if try skip(name: "in") { return .contained }
    guard current.isName("not"), try following().isName("in") else { return nil }
    _ = try advance()
    _ = try advance()
    return .notContained
  }

  private mutating func operation(_ symbols: [Arithmetic.Operation]) -> Arithmetic.Operation? {
    guard current.kind == .symbol,
      let operation = Arithmetic.Operation(rawValue: current.text.string),
      symbols.contains(operation)
    else { return nil }
    return operation
  }

  private mutating func sum() throws(TextError) -> any Expression {
    let first = try concatenation()
    var steps: [Calculation.Step] = []
    while let operation = operation([.add, .subtract]) {
      _ = try advance()
      steps.append(Calculation.Step(operation: operation, operand: try concatenation()))
    }
    return steps.isEmpty ? first : Calculation(first: first, steps: steps)
  }

  private mutating func concatenation() throws(TextError) -> any Expression {
    var operands = [try product()]
    while try skip(symbol: "~") { operands.append(try product()) }
    return operands.count == 1 ? operands[0] : Concatenation(operands: operands)
  }

  private mutating func product() throws(TextError) -> any Expression {
    let first = try power()
    var steps: [Calculation.Step] = []
    while let operation = operation([.multiply, .divide, .divideWhole, .remainder]) {
      _ = try advance()
      steps.append(Calculation.Step(operation: operation, operand: try power()))
    }
    return steps.isEmpty ? first : Calculation(first: first, steps: steps)
  }

  /// From left to right, as Jinja reads it.
  private mutating func power() throws(TextError) -> any Expression {
    let first = try signed()
    var steps: [Calculation.Step] = []
    while try skip(symbol: "**") {
      steps.append(Calculation.Step(operation: .power, operand: try signed()))
    }
    return steps.isEmpty ? first : Calculation(first: first, steps: steps)
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
