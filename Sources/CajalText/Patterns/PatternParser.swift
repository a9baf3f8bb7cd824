// SPDX-License-Identifier: Apache-2.0

/// Reads the source text of a pattern into nodes.
///
/// - Source: `doc/RE` of <https://github.com/kkos/oniguruma> and the pages named at
///   ``PatternSyntax``.
struct PatternParser {
  struct Options: Equatable {
    var ignoresCase = false
    var dotMatchesNewline = false
    var isExtended = false
    /// Whether `^` and `$` stand for the bounds of lines, not of the text.
    var hasLineAnchors: Bool
  }

  static let depthLimit = 100

  let syntax: PatternSyntax
  let source: [Unicode.Scalar]
  var position = 0
  var options: Options
  private var depth = 0
  private var captureCount = 0
  private var captureNumbers: [String: Int] = [:]
  let hasNames: Bool

  static func parse(_ text: String, _ syntax: PatternSyntax) throws(TextError) -> PatternNode {
    var parser = PatternParser(text, syntax)
    let node = try parser.alternatives()
    guard parser.atEnd else { throw parser.malformed("a parenthesis closes nothing") }
    return node
  }

  private init(_ text: String, _ syntax: PatternSyntax) {
    self.syntax = syntax
    source = Array(text.unicodeScalars)
    options = Options(hasLineAnchors: syntax == .oniguruma)
    hasNames = Self.mentionsName(source)
  }

  /// Whether a group has a name: Oniguruma then takes plain parentheses for mere grouping.
  private static func mentionsName(_ source: [Unicode.Scalar]) -> Bool {
    source.indices.dropLast(3).contains { index in
      source[index] == "(" && source[index + 1] == "?"
        && (source[index + 2] == "<" && source[index + 3] != "=" && source[index + 3] != "!"
          || source[index + 2] == "'")
    }
  }

  // MARK: - Reading

  var atEnd: Bool { position == source.count }

  var next: Unicode.Scalar? { position < source.count ? source[position] : nil }

  func peek(_ distance: Int) -> Unicode.Scalar? {
    position + distance < source.count ? source[position + distance] : nil
  }

  /// Steps over a text, if it comes next.
  mutating func skip(_ text: String) -> Bool {
    var end = position
    for scalar in text.unicodeScalars {
      guard end < source.count, source[end] == scalar else { return false }
      end += 1
    }
    position = end
    return true
  }

  /// Takes everything up to a scalar and steps over it.
  mutating func take(until end: Unicode.Scalar) throws(TextError) -> [Unicode.Scalar] {
    guard let found = source[position...].firstIndex(of: end) else {
      throw malformed("“\(end)” is missing")
    }
    defer { position = found + 1 }
    return Array(source[position..<found])
  }

  mutating func deeper<Result>(
    _ body: (inout PatternParser) throws(TextError) -> Result
  ) throws(TextError) -> Result {
    guard depth < Self.depthLimit else {
      throw unsupported("is nested more than \(Self.depthLimit) deep")
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  func malformed(_ what: String) -> TextError {
    TextError(.malformed, "the pattern \(quotedSource) is not valid at \(position): \(what)")
  }

  func unsupported(_ what: String) -> TextError {
    TextError(.unsupported, "the pattern \(quotedSource) \(what), which is not implemented")
  }

  private var quotedSource: String {
    "“\(VisibleText.excerpt(String(String.UnicodeScalarView(source))))”"
  }

  // MARK: - Structure

  /// Branches up to a closing parenthesis or the end.
  mutating func alternatives() throws(TextError) -> PatternNode {
    try deeper { (parser: inout PatternParser) throws(TextError) in
      var branches = [try parser.sequence()]
      while parser.skip("|") { branches.append(try parser.sequence()) }
      return branches.count == 1 ? branches[0] : .alternatives(branches)
    }
  }

  private mutating func sequence() throws(TextError) -> PatternNode {
    var nodes: [PatternNode] = []
    var folded = FoldedRun()
    while let scalar = next, scalar != "|", scalar != ")" {
      if options.isExtended, skipComment() { continue }
      let start = position
      let (node, isIsolatedOption) = try atom()
      guard let node else { continue }
      if options.ignoresCase, syntax == .oniguruma { try folded.add(node, self, source[start]) }
      nodes.append(isIsolatedOption ? node : try quantified(node))
    }
    return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
  }

  private mutating func skipComment() -> Bool {
    guard let scalar = next else { return false }
    if scalar.properties.isWhitespace {
      position += 1
      return true
    }
    guard scalar == "#" else { return false }
    position = source[position...].firstIndex(of: "\n") ?? source.count
    return true
  }

  /// One atom; nothing where an option was set or a comment stood.
  private mutating func atom() throws(TextError) -> (PatternNode?, isIsolatedOption: Bool) {
    guard let scalar = next else { return (nil, false) }
    position += 1
    switch scalar {
    case "(": return try group()
    case "[": return (try outermostClass(), false)
    case "\\": return (try escape(), false)
    case ".":
      return (.set(options.dotMatchesNewline ? .all : ScalarSet("\n").inverted), false)
    case "^": return (.place(options.hasLineAnchors ? .lineStart : .textStart), false)
    case "$": return (.place(options.hasLineAnchors ? .lineEnd : .textEnd), false)
    case "*", "+", "?": throw malformed("nothing stands before “\(scalar)”")
    default: return (literal(scalar), false)
    }
  }

  func literal(_ scalar: Unicode.Scalar) -> PatternNode {
    let set = ScalarSet(scalar)
    return .set(options.ignoresCase ? CaseFolding.closure(of: set) : set)
  }

  // MARK: - Groups

  private mutating func group() throws(TextError) -> (PatternNode?, isIsolatedOption: Bool) {
    if next == "*" { throw unsupported("calls out with “(*”") }
    guard skip("?") else {
      guard syntax == .fancyRegex || !hasNames else { return (try body { $0 }, false) }
      captureCount += 1
      let number = captureCount
      return (try body { .capture($0, number: number) }, false)
    }
    for (opening, isAhead, isNegative) in [
      ("=", true, false), ("!", true, true), ("<=", false, false), ("<!", false, true),
    ] where skip(opening) {
      return (try body { .look($0, isAhead: isAhead, isNegative: isNegative) }, false)
    }
    if skip(":") { return (try body { $0 }, false) }
    if skip(">") { return (try body { .atomic($0) }, false) }
    if skip("#") {
      _ = try take(until: ")")
      return (nil, false)
    }
    if skip("<") || skip("P<") { return (try named(until: ">"), false) }
    if skip("'") { return (try named(until: "'"), false) }
    return try optionGroup()
  }

  private mutating func body(
    _ wrap: (PatternNode) -> PatternNode
  ) throws(TextError) -> PatternNode {
    let outside = options
    let node = try alternatives()
    options = outside
    guard skip(")") else { throw malformed("a parenthesis is not closed") }
    return wrap(node)
  }

  private mutating func named(until end: Unicode.Scalar) throws(TextError) -> PatternNode {
    let name = String(String.UnicodeScalarView(try take(until: end)))
    guard !name.isEmpty else { throw malformed("a group has an empty name") }
    guard captureNumbers[name] == nil else { throw unsupported("names two groups alike") }
    captureCount += 1
    let number = captureCount
    captureNumbers[name] = number
    return try body { .capture($0, number: number) }
  }

  /// `(?i)` or `(?i:…)`; the options hold to the end of the group around or of their own.
  private mutating func optionGroup() throws(TextError) -> (PatternNode?, isIsolatedOption: Bool) {
    let outside = options
    var turnsOn = true
    while let scalar = next, scalar != ")", scalar != ":" {
      position += 1
      if scalar == "-" { turnsOn = false } else { try set(scalar, turnsOn) }
    }
    if skip(")") {
      guard syntax == .oniguruma else { return (nil, false) }
      let rest = try alternatives()  // Takes the branches that follow in, as Oniguruma has it.
      options = outside
      return (rest, true)
    }
    let inside = options
    options = outside
    guard skip(":") else { throw malformed("a group of options is not closed") }
    options = inside
    let node = try alternatives()
    options = outside
    guard skip(")") else { throw malformed("a parenthesis is not closed") }
    return (node, false)
  }

  private mutating func set(_ option: Unicode.Scalar, _ isOn: Bool) throws(TextError) {
    switch (option, syntax) {
    case ("i", _): options.ignoresCase = isOn
    case ("x", _): options.isExtended = isOn
    case ("m", .oniguruma), ("s", .fancyRegex): options.dotMatchesNewline = isOn
    case ("m", .fancyRegex): options.hasLineAnchors = isOn
    case ("u", .fancyRegex) where isOn: break
    default: throw unsupported("sets the option or has the group “?\(option)”")
    }
  }

  /// The group that a reference names.
  func captureNumber(of name: String) throws(TextError) -> Int {
    let number = Int(name) ?? captureNumbers[name]
    guard let number, (1...max(1, captureCount)).contains(number) else {
      throw unsupported("refers to “\(VisibleText.excerpt(name))”, no group before it")
    }
    return number
  }
}

/// The literals just read without regard to case, to notice sequences such as “ss” for “ß”.
private struct FoldedRun {
  private var recent: [ScalarSet] = []

  mutating func add(
    _ node: PatternNode, _ parser: PatternParser, _ first: Unicode.Scalar
  ) throws(TextError) {
    guard case .set(let set) = node, first != "[", first != "." else {
      recent = []
      return
    }
    recent = recent.suffix(2) + [set]
    for (scalar, sequence) in CaseFolding.sequences {
      let isSingle = set.ranges.count <= 4 && set.contains(scalar) && first != "\\"
      let isSequence =
        sequence.count <= recent.count
        && zip(recent.suffix(sequence.count), sequence).allSatisfy {
          $0.ranges.count <= 4 && $0.contains($1)
        }
      if isSingle || isSequence {
        throw parser.unsupported("ignores the case of letters that fold to several")
      }
    }
  }
}
