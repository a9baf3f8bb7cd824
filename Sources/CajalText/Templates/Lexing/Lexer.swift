// SPDX-License-Identifier: Apache-2.0

/// Cuts a template into tokens: text and tags, and the words inside tags.
///
/// With `trim_blocks` (the line end after a block or a comment is dropped) and `lstrip_blocks` (so is
/// white space between the start of a line and a block or a comment), as transformers sets them.
/// - Source: `lexer.py` of Jinja 3.1.
struct Lexer {
  let source: [Unicode.Scalar]
  var position = 0
  var line = 1
  var tokens: [Token] = []
  /// Whether what was read last ended with a line end, as at the very start.
  private var startsLine = true
  /// The closing brackets that are still to come inside the tag.
  var brackets: [Unicode.Scalar] = []

  /// The tokens of a template; the last is `.end` or, where the template is broken, `.failure`.
  static func tokens(of source: String) -> [Token] {
    var lexer = Lexer(source)
    do {
      while lexer.position < lexer.source.count { try lexer.readText() }
      lexer.add(.end, Text([]))
    } catch {
      var token = Token(.failure, Text([]), line: lexer.line)
      token.error = error
      lexer.tokens.append(token)
    }
    return lexer.tokens
  }

  /// Line ends become `\n`; one at the very end is dropped.
  private init(_ text: String) {
    var scalars: [Unicode.Scalar] = []
    var previous: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      if scalar == "\r" {
        scalars.append("\n")
      } else if scalar != "\n" || previous != "\r" {
        scalars.append(scalar)
      }
      previous = scalar
    }
    if scalars.last == "\n" { scalars.removeLast() }
    source = scalars
  }

  mutating func add(_ kind: Token.Kind, _ text: Text) {
    tokens.append(Token(kind, text, line: line))
  }

  func looking(at text: StaticString, _ position: Int) -> Bool {
    text.withUTF8Buffer { expected in
      guard position + expected.count <= source.count else { return false }
      for (offset, byte) in expected.enumerated()
      where source[position + offset].value != UInt32(byte) {
        return false
      }
      return true
    }
  }

  /// Moves on and counts the lines passed.
  mutating func advance(to end: Int) {
    for index in position..<end where source[index] == "\n" { line += 1 }
    if end > position { startsLine = source[end - 1] == "\n" }
    position = end
  }

  func skippingSpace(_ start: Int) -> Int {
    var index = start
    while index < source.count, PythonCharacter.isSpace(source[index]) { index += 1 }
    return index
  }
}

// MARK: - Text between tags
extension Lexer {
  private enum Opening {
    case block, variable, comment
    case raw(end: Int)
  }

  /// Text up to the next tag, and the tag.
  private mutating func readText() throws(TextError) {
    var index = position
    while index < source.count {
      if source[index] == "{", let opening = opening(at: index) {
        return try read(opening, at: index)
      }
      index += 1
    }
    add(.data, Text(source[position...]))
    advance(to: source.count)
  }

  private func opening(at index: Int) -> Opening? {
    guard index + 1 < source.count else { return nil }
    switch source[index + 1] {
    case "{": return .variable
    case "#": return .comment
    case "%": return rawEnd(index).map { .raw(end: $0) } ?? .block
    default: return nil
    }
  }

  /// The end of `{% raw %}` where it stands here.
  private func rawEnd(_ start: Int) -> Int? {
    var index = start + 2
    if index < source.count, source[index] == "-" || source[index] == "+" { index += 1 }
    index = skippingSpace(index)
    guard looking(at: "raw", index) else { return nil }
    index = skippingSpace(index + 3)
    if looking(at: "-%}", index) { return skippingSpace(index + 3) }
    return looking(at: "%}", index) ? index + 2 : nil
  }

  /// The text before a tag, without the white space that the tag swallows.
  private mutating func addData(to end: Int, sign: Unicode.Scalar?, stripsLine: Bool) {
    var last = end
    if sign == "-" {
      while last > position, PythonCharacter.isSpace(source[last - 1]) { last -= 1 }
    } else if sign == nil, stripsLine {
      var start = end
      while start > position, source[start - 1] != "\n" { start -= 1 }
      if start > position || startsLine, start < end,
        source[start..<end].allSatisfy(PythonCharacter.isSpace)
      {
        last = start
      }
    }
    if last > position { add(.data, Text(source[position..<last])) }
    advance(to: end)
  }

  private func sign(at index: Int) -> Unicode.Scalar? {
    guard index < source.count, source[index] == "-" || source[index] == "+" else { return nil }
    return source[index]
  }

  private mutating func read(_ opening: Opening, at start: Int) throws(TextError) {
    let sign = sign(at: start + 2)
    if case .variable = opening {
      addData(to: start, sign: sign, stripsLine: false)
    } else {
      addData(to: start, sign: sign, stripsLine: true)
    }
    let inside = start + 2 + (sign == nil ? 0 : 1)
    switch opening {
    case .comment:
      advance(to: inside)
      try skipComment()
    case .raw(let end):
      advance(to: end)
      try readRaw()
    case .block:
      add(.blockBegin, "{%")
      advance(to: inside)
      try readTag(.blockEnd)
    case .variable:
      add(.variableBegin, "{{")
      advance(to: inside)
      try readTag(.variableEnd)
    }
  }

  private mutating func skipComment() throws(TextError) {
    var index = position
    while index < source.count {
      if looking(at: "+#}", index) { return advance(to: index + 3) }
      if looking(at: "-#}", index) { return advance(to: skippingSpace(index + 3)) }
      if looking(at: "#}", index) { return advance(to: afterLineEnd(index + 2)) }
      index += 1
    }
    guard position < source.count else { return }
    throw .syntax("Missing end of comment tag", line: line)
  }

  private func afterLineEnd(_ index: Int) -> Int {
    index < source.count && source[index] == "\n" ? index + 1 : index
  }

  private mutating func readRaw() throws(TextError) {
    var index = position
    while index < source.count {
      if looking(at: "{%", index), let end = endOfRaw(index + 2) {
        addData(to: index, sign: sign(at: index + 2), stripsLine: true)
        return advance(to: end)
      }
      index += 1
    }
    guard position < source.count else { return }
    throw .syntax("Missing end of raw directive", line: line)
  }

  private func endOfRaw(_ start: Int) -> Int? {
    let word = skippingSpace(start + (sign(at: start) == nil ? 0 : 1))
    guard looking(at: "endraw", word) else { return nil }
    let index = skippingSpace(word + 6)
    if looking(at: "+%}", index) { return index + 3 }
    if looking(at: "-%}", index) { return skippingSpace(index + 3) }
    return looking(at: "%}", index) ? afterLineEnd(index + 2) : nil
  }
}

// MARK: - Ends of tags
extension Lexer {
  /// The words of a tag up to its end.
  private mutating func readTag(_ end: Token.Kind) throws(TextError) {
    while position < source.count {
      if brackets.isEmpty, let after = endOfTag(end) {
        add(end, "")
        return advance(to: after)
      }
      try readWord()
    }
  }

  private func endOfTag(_ kind: Token.Kind) -> Int? {
    if kind == .blockEnd {
      if looking(at: "+%}", position) { return position + 3 }
      if looking(at: "-%}", position) { return skippingSpace(position + 3) }
      return looking(at: "%}", position) ? afterLineEnd(position + 2) : nil
    }
    if looking(at: "-}}", position) { return skippingSpace(position + 3) }
    return looking(at: "}}", position) ? position + 2 : nil
  }
}
