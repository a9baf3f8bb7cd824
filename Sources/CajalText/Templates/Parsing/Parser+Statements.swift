// SPDX-License-Identifier: Apache-2.0

// Statements: text, values that are printed, and tags.
extension Parser {
  /// Statements up to a tag with one of the names, which is left as the current token.
  mutating func statements(until ends: [Text]) throws(TextError) -> Body {
    try descend()
    defer { ascend() }
    if !ends.isEmpty { awaited.append(ends) }
    var body = Body()
    while current.kind != .end {
      switch current.kind {
      case .data: body.statements.append(PlainText(text: try advance().text))
      case .variableBegin:
        _ = try advance()
        body.statements.append(Output(value: try tuple()))
        try expect(.variableEnd)
      default:
        try expect(.blockBegin)
        if !ends.isEmpty, current.kind == .name, ends.contains(current.text) {
          awaited.removeLast()
          return body
        }
        body.statements += try statement()
        try expect(.blockEnd)
      }
    }
    guard ends.isEmpty else {
      throw unclosed(nil)
    }
    return body
  }

  /// What follows the opening tag, up to one of the tags named.
  mutating func bodyAfterTag(until ends: [Text]) throws(TextError) -> Body {
    _ = try skip(symbol: ":")
    try expect(.blockEnd)
    return try statements(until: ends)
  }

  /// The same, with the closing tag read as well.
  mutating func body(until end: Text) throws(TextError) -> Body {
    let body = try bodyAfterTag(until: [end])
    _ = try advance()
    return body
  }

  private mutating func statement() throws(TextError) -> [any Statement] {
    let token = current
    guard token.kind == .name else { throw fault("tag name expected") }
    openTags.append(token.text)
    let statements: [any Statement]
    switch token.text.string {
    case "for": statements = [try loop()]
    case "if": statements = [try condition()]
    case "set": statements = [try assignment()]
    case "with": statements = [try withBlock()]
    case "macro": statements = [try macro()]
    case "call": statements = [try callBlock()]
    case "filter": statements = [try filterBlock()]
    case "generation": statements = [try generation()]
    case "print": statements = try printed()
    case "break", "continue": statements = [try loopControl()]
    case "extends", "include", "import", "from", "block", "autoescape":
      throw .unsupported("the tag “\(token.text.string)” (line \(token.line))")
    default:
      openTags.removeLast()
      throw unclosed(token)
    }
    openTags.removeLast()
    return statements
  }

  /// A tag that nobody knows here, or the end of the template where a tag should come.
  private func unclosed(_ token: Token?) -> TextError {
    var parts = [
      token.map { "Encountered unknown tag \(Printer.representation($0.text))." }
        ?? "Unexpected end of template."
    ]
    if let wanted = awaited.last {
      let list = wanted.map(Printer.representation).joined(separator: " or ")
      let isMisplaced = token.map { token in awaited.contains { $0.contains(token.text) } } ?? false
      parts.append(
        isMisplaced
          ? "You probably made a nesting mistake. Jinja is expecting this tag, but currently"
            + " looking for \(list)."
          : "Jinja was looking for the following tags: \(list).")
    }
    if let tag = openTags.last {
      parts.append(
        "The innermost block that needs to be closed is \(Printer.representation(tag)).")
    }
    return fault(parts.joined(separator: " "), line: token?.line)
  }
}

// MARK: - Simple tags
extension Parser {
  private mutating func printed() throws(TextError) -> [any Statement] {
    _ = try advance()
    var statements: [any Statement] = []
    while current.kind != .blockEnd {
      if !statements.isEmpty { try expect(symbol: ",") }
      statements.append(Output(value: try expression()))
    }
    return statements
  }

  private mutating func loopControl() throws(TextError) -> any Statement {
    let token = try advance()
    let isBreak = token.text == "break"
    if !isInLoop {
      laterFaults.append(
        .syntax(
          isBreak ? "'break' outside loop" : "'continue' not properly in loop", line: token.line,
          .pythonSyntax))
    }
    return LoopControl(flow: isBreak ? .leave : .again)
  }

  private mutating func condition() throws(TextError) -> any Statement {
    _ = try advance()
    let wasConditional = isConditional
    isConditional = true
    defer { isConditional = wasConditional }
    let ends: [Text] = ["elif", "else", "endif"]
    let test = try tuple(withCondition: false)
    let (record, body) = try branch { parser throws(TextError) in
      try parser.bodyAfterTag(until: ends)
    }
    var branches = [Condition.Branch(test: test, body: body)]
    let others = NameRecord(-1)
    while try advance().isName("elif") {
      records.append(others)
      let test = try tuple(withCondition: false)
      let (record, body) = try branch { parser throws(TextError) in
        try parser.bodyAfterTag(until: ends)
      }
      note(.branches([record]))
      records.removeLast()
      branches.append(Condition.Branch(test: test, body: body))
    }
    var otherwise = Body()
    var last = NameRecord(-1)
    if tokenBefore.isName("else") {
      (last, otherwise) = try branch { parser throws(TextError) in
        try parser.body(until: "endif")
      }
    }
    note(.branches([record, others, last]))
    return Condition(branches: branches, otherwise: otherwise)
  }

  private mutating func assignment() throws(TextError) -> any Statement {
    _ = try advance()
    let target = try target(withAttributes: true)
    if try skip(symbol: "=") {
      mention(target)
      let value = try tuple()
      noteNames(target) { .sets($0) }
      return Assignment(target: target, value: value)
    }
    noteNames(target) { .sets($0) }
    let (record, content) = try part { parser throws(TextError) in
      let filters = try parser.filters()
      return (filters, try parser.body(until: "endset"))
    }
    return CapturedAssignment(
      target: target, filters: content.0, body: content.1, layout: record.number)
  }
}

// MARK: - Targets
extension Parser {
  /// What can be assigned to: names, attributes of namespaces where allowed, tuples of them.
  mutating func target(
    withAttributes: Bool = false, end: Text? = nil
  ) throws(TextError) -> Target {
    var targets: [Target] = []
    var isTuple = false
    while true {
      if !targets.isEmpty { try expect(symbol: ",") }
      if isEndOfTuple(end) { break }
      targets.append(try singleTarget(withAttributes))
      guard current.isSymbol(",") else { break }
      isTuple = true
    }
    if !isTuple {
      if let only = targets.first { return only }
      throw fault(
        "Expected an expression, got \(Printer.representation(current.description))")
    }
    return .tuple(targets)
  }

  private mutating func singleTarget(_ withAttributes: Bool) throws(TextError) -> Target {
    let token = current
    if token.kind == .symbol, token.text == "(" {
      try descend()
      defer { ascend() }
      _ = try advance()
      let inner = try targetInParentheses()
      try expect(symbol: ")")
      return inner
    }
    guard token.kind == .name else { throw unassignable(token) }
    _ = try advance()
    if ["true", "false", "none", "True", "False", "None"].contains(token.text.string) {
      throw fault("can't assign to 'const'", line: token.line)
    }
    if withAttributes, try skip(symbol: ".") {
      let attribute = try expectName()
      let owner = number(of: token.text)
      note(.reads(owner))
      return .attribute(owner, attribute.text)
    }
    return .name(number(of: token.text))
  }

  private mutating func targetInParentheses() throws(TextError) -> Target {
    var targets: [Target] = []
    var isTuple = false
    while !current.isSymbol(")") {
      if !targets.isEmpty { try expect(symbol: ",") }
      if current.isSymbol(")") { break }
      targets.append(try singleTarget(false))
      if current.isSymbol(",") { isTuple = true } else { break }
    }
    if !isTuple, let only = targets.first { return only }
    return .tuple(targets)
  }

  private func unassignable(_ token: Token) -> TextError {
    switch token.kind {
    case .string, .integer, .real: fault("can't assign to 'const'")
    case .symbol where token.text == "[": fault("can't assign to 'list'")
    case .symbol where token.text == "{": fault("can't assign to 'dict'")
    default: fault("unexpected \(Printer.representation(token.description))")
    }
  }

  func noteNames(_ target: Target, _ event: (Int) -> NameRecord.Event) {
    switch target {
    case .name(let name): records[records.count - 1].events.append(event(name))
    case .attribute: break
    case .tuple(let targets): for target in targets { noteNames(target, event) }
    }
  }

  func mention(_ target: Target) { noteNames(target) { .mentions($0) } }
}
