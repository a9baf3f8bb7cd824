// SPDX-License-Identifier: Apache-2.0

// Tags with variables of their own: loops, macros and blocks.
extension Parser {
  mutating func loop() throws(TextError) -> any Statement {
    _ = try advance()
    let targetLine = line
    let target = try target(end: "in")
    mention(target)
    if names(of: target).contains(where: { names[$0] == "loop" }) {
      laterFaults.append(
        .syntax(
          "Can't assign to special loop variable in for-loop target", line: targetLine, .assertion))
    }
    try expect(name: "in")
    let values = try tuple(withCondition: false, end: "recursive")
    let (testRecord, test) = try part { parser throws(TextError) in
      parser.noteNames(target) { .takes($0) }
      return try parser.skip(name: "if") ? try parser.expression() : nil
    }
    let isRecursive = try skip(name: "recursive")
    let (record, body) = try part(isInLoop: true) { parser throws(TextError) in
      parser.noteNames(target) { .takes($0) }
      return try parser.bodyAfterTag(until: ["endfor", "else"])
    }
    let loopName = number(of: "loop")
    let usesLoop = isRecursive || !record.undeclared([loopName]).isEmpty
    if usesLoop { record.events.insert(.given(loopName), at: 0) }
    let (otherRecord, otherwise) = try part { parser throws(TextError) in
      try parser.advance().isName("else") ? try parser.body(until: "endfor") : nil
    }
    return Loop(
      target: target, values: values, test: test, body: body, otherwise: otherwise,
      isRecursive: isRecursive, loopName: usesLoop ? loopName : nil, layout: record.number,
      testLayout: testRecord.number, otherwiseLayout: otherRecord.number)
  }

  private func names(of target: Target) -> [Int] {
    switch target {
    case .name(let name): [name]
    case .attribute: []
    case .tuple(let targets): targets.flatMap(names)
    }
  }

  mutating func withBlock() throws(TextError) -> any Statement {
    _ = try advance()
    var targets: [Target] = []
    var values: [any Expression] = []
    while current.kind != .blockEnd {
      if !targets.isEmpty { try expect(symbol: ",") }
      targets.append(try target())
      try expect(symbol: "=")
      values.append(try expression())
    }
    let (record, body) = try part { parser throws(TextError) in
      for target in targets { parser.noteNames(target) { .takes($0) } }
      return try parser.body(until: "endwith")
    }
    return WithBlock(targets: targets, values: values, body: body, layout: record.number)
  }

  mutating func filterBlock() throws(TextError) -> any Statement {
    _ = try advance()
    let wasConditional = isConditional
    isConditional = false
    let filters = try filters(startsInline: true)
    isConditional = wasConditional
    let (record, body) = try part { parser throws(TextError) in
      try parser.body(until: "endfilter")
    }
    return FilterBlock(filters: filters, body: body, layout: record.number)
  }
}

// MARK: - Macros
extension Parser {
  mutating func macro() throws(TextError) -> any Statement {
    _ = try advance()
    let name = try expectName()
    let number = number(of: name.text)
    let definition = try macroDefinition(name.text, line: name.line) { parser throws(TextError) in
      let parameters = try parser.signature()
      return try parser.definition(parameters, until: "endmacro")
    }
    note(.sets(number))
    return MacroStatement(name: number, definition: definition)
  }

  mutating func callBlock() throws(TextError) -> any Statement {
    let line = try advance().line
    // The call belongs to the part around, the parameters before it to the block.
    var called: (function: any Expression, arguments: CallArguments)?
    let wasConditional = isConditional
    let definition = try macroDefinition(nil, line: line) { parser throws(TextError) in
      let parameters = parser.current.isSymbol("(") ? try parser.signature() : []
      let inner = parser.records.removeLast()
      parser.isConditional = wasConditional
      let call = try parser.expression()
      parser.isConditional = false
      parser.records.append(inner)
      guard let split = Self.split(call) else { throw parser.fault("expected call", line: line) }
      called = split
      return try parser.definition(parameters, until: "endcall")
    }
    guard let called else { throw fault("expected call", line: line) }
    return CallBlock(
      function: called.function, arguments: called.arguments, definition: definition)
  }

  /// The function and the arguments of an expression that ends with a call.
  private static func split(
    _ expression: any Expression
  ) -> (function: any Expression, arguments: CallArguments)? {
    guard var chain = expression as? Chain, case .call(let arguments)? = chain.links.popLast()
    else { return nil }
    return (chain.links.isEmpty ? chain.base : chain, arguments)
  }

  mutating func generation() throws(TextError) -> any Statement {
    let line = try advance().line
    let definition = try macroDefinition(nil, line: line) { parser throws(TextError) in
      try parser.definition([], until: "endgeneration")
    }
    return GenerationBlock(definition: definition)
  }

  private struct Definition {
    let parameters: [MacroDefinition.Parameter]
    let body: Body
    /// How many events the parameters made.
    let eventCount: Int
  }

  private mutating func definition(
    _ parameters: [MacroDefinition.Parameter], until end: Text
  ) throws(TextError) -> Definition {
    let count = records[records.count - 1].events.count
    return Definition(parameters: parameters, body: try body(until: end), eventCount: count)
  }

  private mutating func macroDefinition(
    _ name: Text?, line: Int, _ read: (inout Parser) throws(TextError) -> Definition
  ) throws(TextError) -> MacroDefinition {
    let special: [Int] = ["caller", "kwargs", "varargs"].map { number(of: $0) }
    let (record, definition) = try part(isInLoop: false, read)
    let parameters = definition.parameters
    let used = record.undeclared(Set(special), from: definition.eventCount)
    var own: [Int?] = []
    for (place, name) in special.enumerated() {
      let parameter = parameters.first { $0.name == name }
      let isOwn = used.contains(name) && parameter == nil
      if isOwn { record.events.insert(.given(name), at: 0) }
      own.append(isOwn ? name : nil)
      if place == 0, used.contains(name), let parameter, parameter.fallback == nil {
        laterFaults.append(
          .syntax(
            "When defining macros or call blocks the special \"caller\" argument must be omitted"
              + " or be given a default.", line: line, .assertion))
      }
    }
    return MacroDefinition(
      name: name, parameters: parameters, body: definition.body, layout: record.number,
      caller: own[0],
      members: own[1], rest: own[2])
  }

  private mutating func signature() throws(TextError) -> [MacroDefinition.Parameter] {
    try expect(symbol: "(")
    var parameters: [MacroDefinition.Parameter] = []
    while !current.isSymbol(")") {
      if !parameters.isEmpty { try expect(symbol: ",") }
      let name = try expectName()
      if ["true", "false", "none", "True", "False", "None"].contains(name.text.string) {
        throw fault("can't assign to 'name'", line: name.line)
      }
      let number = number(of: name.text)
      var fallback: (any Expression)?
      if try skip(symbol: "=") {
        fallback = try expression()
      } else if parameters.last?.fallback != nil {
        throw fault("non-default argument follows default argument")
      }
      note(.takes(number))
      if parameters.contains(where: { $0.name == number }) {
        laterFaults.append(
          .syntax(
            "duplicate argument 'l_1_\(name.text.string)' in function definition",
            line: name.line, .pythonSyntax))
      }
      parameters.append(
        MacroDefinition.Parameter(name: number, text: name.text, fallback: fallback))
    }
    try expect(symbol: ")")
    return parameters
  }
}
