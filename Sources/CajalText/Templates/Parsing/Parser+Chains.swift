// SPDX-License-Identifier: Apache-2.0

// What follows a value: attributes, elements, calls, filters and tests.
extension Parser {
  mutating func readPostfix(into links: inout [Chain.Link]) throws(TextError) {
    while current.kind == .symbol {
      if current.isSymbol(".") {
        links.append(try attribute())
      } else if current.isSymbol("[") {
        links.append(try elementOrSlice())
      } else if current.isSymbol("(") {
        links.append(.call(try callArguments()))
      } else {
        return
      }
    }
  }

  mutating func readFilters(into links: inout [Chain.Link]) throws(TextError) {
    while true {
      if current.isSymbol("|") {
        for filter in try filters() { links.append(.filter(filter)) }
      } else if current.isName("is") {
        links.append(try test())
      } else if current.isSymbol("(") {
        links.append(.call(try callArguments()))
      } else {
        return
      }
    }
  }

  private mutating func attribute() throws(TextError) -> Chain.Link {
    try expect(symbol: ".")
    let token = current
    _ = try advance()
    switch token.kind {
    case .name: return .attribute(token.text)
    case .integer: return .element(Literal(content: .integer(token.integer)))
    default: throw fault("expected name or number", line: token.line)
    }
  }

  private mutating func elementOrSlice() throws(TextError) -> Chain.Link {
    let line = line
    try expect(symbol: "[")
    var keys: [any Expression] = []
    var slice: SliceBounds?
    var count = 0
    while !current.isSymbol("]") {
      if count > 0 { try expect(symbol: ",") }
      count += 1
      var first: (any Expression)?
      if !current.isSymbol(":") {
        let key = try expression()
        guard current.isSymbol(":") else {
          keys.append(key)
          continue
        }
        first = key
      }
      slice = try sliceBounds(from: first)
    }
    try expect(symbol: "]")
    if let slice {
      guard count == 1 else { throw .unsupported("several slices in one subscript (line \(line))") }
      return .slice(slice)
    }
    return .element(keys.count == 1 ? keys[0] : SequenceLiteral(items: keys, isTuple: true))
  }

  private mutating func sliceBounds(
    from start: (any Expression)?
  ) throws(TextError) -> SliceBounds {
    try expect(symbol: ":")
    var stop: (any Expression)?
    var step: (any Expression)?
    func isEnd(_ token: Token) -> Bool { token.isSymbol("]") || token.isSymbol(",") }
    if !current.isSymbol(":"), !isEnd(current) { stop = try expression() }
    if try skip(symbol: ":"), !isEnd(current) { step = try expression() }
    return SliceBounds(start: start, stop: stop, step: step)
  }

  mutating func callArguments() throws(TextError) -> CallArguments {
    try descend()
    defer { ascend() }
    let line = line
    try expect(symbol: "(")
    var arguments = CallArguments()
    func ensure(_ isSound: Bool) throws(TextError) {
      guard isSound else {
        throw .syntax("invalid syntax for function call expression", line: line)
      }
    }
    var isFirst = true
    while !current.isSymbol(")") {
      if !isFirst {
        try expect(symbol: ",")
        if current.isSymbol(")") { break }
      }
      isFirst = false
      if current.isSymbol("*") {
        try ensure(arguments.rest == nil && arguments.members == nil)
        _ = try advance()
        arguments.rest = try expression()
      } else if current.isSymbol("**") {
        try ensure(arguments.members == nil)
        _ = try advance()
        arguments.members = try expression()
      } else if current.kind == .name, try following().isSymbol("=") {
        try ensure(arguments.members == nil)
        try readNamed(into: &arguments)
      } else {
        try ensure(
          arguments.rest == nil && arguments.members == nil && arguments.named.isEmpty)
        arguments.positional.append(try expression())
      }
    }
    try expect(symbol: ")")
    return arguments
  }

  private mutating func readNamed(into arguments: inout CallArguments) throws(TextError) {
    let name = try advance()
    _ = try advance()
    if arguments.named.contains(where: { $0.name == name.text }) {
      laterFaults.append(
        .syntax("keyword argument repeated: \(name.text.string)", line: name.line, .pythonSyntax))
    }
    arguments.named.append(CallArguments.Named(name: name.text, value: try expression()))
  }
}

// MARK: - Filters and tests
extension Parser {
  private mutating func dottedName() throws(TextError) -> (name: Text, line: Int) {
    let first = try expectName()
    var name = first.text
    while try skip(symbol: ".") {
      name.scalars.append(".")
      name.scalars += try expectName().text.scalars
    }
    return (name, first.line)
  }

  /// Filters one after the other; `startsInline` where the first stands without its bar.
  mutating func filters(startsInline: Bool = false) throws(TextError) -> [FilterUse] {
    var filters: [FilterUse] = []
    var isInline = startsInline
    while current.isSymbol("|") || isInline {
      if !isInline { _ = try advance() }
      isInline = false
      let (name, line) = try dottedName()
      if Filter.named(name) == nil { noteUnknown("filter", name, line) }
      let arguments = current.isSymbol("(") ? try callArguments() : CallArguments()
      filters.append(FilterUse(name: name, arguments: arguments))
    }
    return filters
  }

  private mutating func noteUnknown(_ kind: String, _ name: Text, _ line: Int) {
    guard !isConditional else { return }
    laterFaults.append(
      .syntax("No \(kind) named \(Printer.representation(name)).", line: line, .assertion))
  }

  private mutating func test() throws(TextError) -> Chain.Link {
    try expect(name: "is")
    let isNegated = try skip(name: "not")
    let (name, line) = try dottedName()
    if Filter.test(name) == nil { noteUnknown("test", name, line) }
    var arguments = CallArguments()
    if current.isSymbol("(") {
      arguments = try callArguments()
    } else if startsArgument {
      if current.isName("is") { throw fault("You cannot chain multiple tests with is") }
      arguments.positional = [try testArgument()]
    }
    return .test(FilterUse(name: name, arguments: arguments), isNegated: isNegated)
  }

  private var startsArgument: Bool {
    switch current.kind {
    case .name: !(current.isName("else") || current.isName("or") || current.isName("and"))
    case .string, .integer, .real: true
    case .symbol: current.isSymbol("[") || current.isSymbol("{")
    default: false
    }
  }

  /// The one argument of a test without brackets: a value with attributes and calls.
  private mutating func testArgument() throws(TextError) -> any Expression {
    try descend()
    defer { ascend() }
    let base = try primary()
    var links: [Chain.Link] = []
    try readPostfix(into: &links)
    return links.isEmpty ? base : Chain(base: base, links: links)
  }
}
