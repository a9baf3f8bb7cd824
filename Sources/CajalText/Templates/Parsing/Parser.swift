// SPDX-License-Identifier: Apache-2.0

/// Reads tokens into statements and notes what each part of the template does with names.
///
/// - Source: `parser.py` and `compiler.py` of Jinja 3.1.
struct Parser {
  /// How deep brackets, blocks and conditions may stand in each other.
  static let depthLimit = 32

  private var tokens: [Token]
  private var place = 0
  private(set) var names: [Text] = []
  private var numbers: [Text: Int] = [:]
  let top = NameRecord(0)
  private(set) var partCount = 1
  /// The parts that are being read, the innermost last.
  var records: [NameRecord]
  /// The tags that are open, and what would close them.
  var openTags: [Text] = []
  var awaited: [[Text]] = []
  /// Faults that the reference finds after all has been read, in its order.
  var laterFaults: [TextError] = []
  /// Whether unknown filters are met only when they are used: inside conditions.
  var isConditional = false
  /// Whether `break` and `continue` have a loop to act on.
  var isInLoop = false
  private var depth = 0

  init(_ tokens: [Token]) {
    self.tokens = tokens
    records = [top]
  }

  mutating func template() throws(TextError) -> Body {
    try failIfBroken()
    let body = try statements(until: [])
    if let fault = laterFaults.first { throw fault }
    return body
  }
}

// MARK: - Tokens
extension Parser {
  var current: Token { tokens[place] }

  /// The token that was read last.
  var tokenBefore: Token { tokens[max(place - 1, 0)] }

  var line: Int { current.line }

  func fault(_ reason: String, line: Int? = nil) -> TextError {
    .syntax(reason, line: line ?? self.line)
  }

  private func failIfBroken() throws(TextError) {
    if let error = current.error { throw error }
  }

  mutating func advance() throws(TextError) -> Token {
    let token = tokens[place]
    if place + 1 < tokens.count { place += 1 }
    try failIfBroken()
    return token
  }

  /// The token after the current one.
  func following() throws(TextError) -> Token {
    let token = tokens[min(place + 1, tokens.count - 1)]
    if let error = token.error { throw error }
    return token
  }

  mutating func skip(name: Text) throws(TextError) -> Bool {
    guard current.isName(name) else { return false }
    _ = try advance()
    return true
  }

  mutating func skip(symbol: Text) throws(TextError) -> Bool {
    guard current.isSymbol(symbol) else { return false }
    _ = try advance()
    return true
  }

  private func unexpected(_ expected: Text) -> TextError {
    let wanted = Printer.representation(expected)
    guard current.kind != .end else {
      return fault("unexpected end of template, expected \(wanted).")
    }
    return fault(
      "expected token \(wanted), got \(Printer.representation(current.description))")
  }

  mutating func expect(symbol: Text) throws(TextError) {
    guard try skip(symbol: symbol) else { throw unexpected(symbol) }
  }

  mutating func expect(name: Text) throws(TextError) {
    guard try skip(name: name) else { throw unexpected(name) }
  }

  mutating func expectName() throws(TextError) -> Token {
    guard current.kind == .name else { throw unexpected("name") }
    return try advance()
  }

  mutating func expect(_ kind: Token.Kind) throws(TextError) {
    guard current.kind == kind else {
      throw unexpected(Token(kind, "", line: 0).description)
    }
    _ = try advance()
  }

  /// Goes one level deeper, as far as the stack surely reaches.
  mutating func descend() throws(TextError) {
    guard depth < Self.depthLimit else {
      throw TextError(
        .exhausted,
        "the chat template nests deeper than \(Self.depthLimit) levels (line \(line))")
    }
    depth += 1
  }

  mutating func ascend() { depth -= 1 }
}

// MARK: - Names
extension Parser {
  mutating func number(of name: Text) -> Int {
    if let number = numbers[name] { return number }
    numbers[name] = names.count
    names.append(name)
    return names.count - 1
  }

  mutating func note(_ event: NameRecord.Event) { records[records.count - 1].events.append(event) }

  /// Reads a part with variables of its own.
  mutating func part<Result>(
    isInLoop: Bool? = nil, _ read: (inout Parser) throws(TextError) -> Result
  ) throws(TextError) -> (record: NameRecord, result: Result) {
    // A part takes about twice the stack of another level.
    try descend()
    defer { ascend() }
    let record = NameRecord(partCount)
    partCount += 1
    note(.part(record))
    let outer = (isConditional, self.isInLoop)
    isConditional = false
    if let isInLoop { self.isInLoop = isInLoop }
    records.append(record)
    let result = try read(&self)
    records.removeLast()
    (isConditional, self.isInLoop) = outer
    return (record, result)
  }

  /// Reads a branch, whose names are the part's but may stay unset.
  mutating func branch<Result>(
    _ read: (inout Parser) throws(TextError) -> Result
  ) throws(TextError) -> (record: NameRecord, result: Result) {
    let record = NameRecord(-1)
    records.append(record)
    let result = try read(&self)
    records.removeLast()
    return (record, result)
  }
}
