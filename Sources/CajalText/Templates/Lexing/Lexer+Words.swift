// SPDX-License-Identifier: Apache-2.0

// The words inside tags: names, numbers, strings and symbols.
extension Lexer {
  mutating func readWord() throws(TextError) {
    let scalar = source[position]
    if PythonCharacter.isSpace(scalar) { return advance(to: skippingSpace(position)) }
    if try readReal() { return }
    if try readInteger() { return }
    if isNamePart(scalar) { return try readName() }
    if scalar == "'" || scalar == "\"", try readString(scalar) { return }
    try readSymbol()
  }

  /// What the reference's `\w` and a few marks take in.
  private func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || PythonCharacter.isAlphanumeric(scalar) || PythonCharacter.continuesName(scalar)
  }

  private mutating func readName() throws(TextError) {
    var end = position
    while end < source.count, isNamePart(source[end]) { end += 1 }
    let name = source[position..<end]
    guard PythonCharacter.startsName(source[position]),
      name.allSatisfy(PythonCharacter.continuesName)
    else { throw .syntax("Invalid character in identifier", line: line) }
    add(.name, Text(name))
    advance(to: end)
  }

  private static let symbols: Set<Text> = [
    "+", "-", "/", "//", "*", "%", "**", "~", "[", "]", "(", ")", "{", "}", "==", "!=", ">", ">=",
    "<", "<=", "=", ".", ":", "|", ",", ";",
  ]

  private mutating func readSymbol() throws(TextError) {
    let two = Text(source[position..<min(position + 2, source.count)])
    let one = Text(source[position..<position + 1])
    guard let symbol = [two, one].first(where: Self.symbols.contains) else {
      throw .syntax("unexpected char \(Printer.representation(one)) at \(position)", line: line)
    }
    switch symbol.scalars[0] {
    case "(": brackets.append(")")
    case "[": brackets.append("]")
    case "{": brackets.append("}")
    case ")", "]", "}":
      guard let expected = brackets.popLast() else {
        throw .syntax("unexpected '\(symbol.string)'", line: line)
      }
      guard expected == symbol.scalars[0] else {
        throw .syntax("unexpected '\(symbol.string)', expected '\(expected)'", line: line)
      }
    default: break
    }
    add(.symbol, symbol)
    advance(to: position + symbol.count)
  }

  private mutating func readString(_ quote: Unicode.Scalar) throws(TextError) -> Bool {
    var end = position + 1
    while end < source.count, source[end] != quote { end += source[end] == "\\" ? 2 : 1 }
    guard end < source.count else { return false }
    let content = try StringEscapes.resolved(source[position + 1..<end], line: line)
    add(.string, Text(content))
    advance(to: end + 1)
    return true
  }
}

// MARK: - Numbers
extension Lexer {
  private func isDigit(_ index: Int, radix: Int = 10) -> Bool {
    guard index < source.count, source[index].isASCII else { return false }
    return Character(source[index]).hexDigitValue.map { $0 < radix } ?? false
  }

  /// The end of digits with single underscores between them; nil where there are none.
  private func endOfDigits(_ start: Int, radix: Int = 10) -> Int? {
    guard isDigit(start, radix: radix) else { return nil }
    var end = start + 1
    while true {
      if isDigit(end, radix: radix) {
        end += 1
      } else if end < source.count, source[end] == "_", isDigit(end + 1, radix: radix) {
        end += 2
      } else {
        return end
      }
    }
  }

  private func digits(_ range: Range<Int>) -> String {
    Text(source[range].filter { $0 != "_" }).string
  }

  /// A number with a fraction or an exponent; not after a dot.
  private mutating func readReal() throws(TextError) -> Bool {
    guard position == 0 || source[position - 1] != ".", var end = endOfDigits(position) else {
      return false
    }
    var isReal = false
    if end < source.count, source[end] == ".", let fraction = endOfDigits(end + 1) {
      end = fraction
      isReal = true
    }
    if end < source.count, source[end] == "e" || source[end] == "E" {
      let hasSign = end + 1 < source.count && (source[end + 1] == "+" || source[end + 1] == "-")
      if let exponent = endOfDigits(end + (hasSign ? 2 : 1)) {
        end = exponent
        isReal = true
      }
    }
    guard isReal else { return false }
    var token = Token(.real, "", line: line)
    token.real = Double(digits(position..<end)) ?? .infinity
    tokens.append(token)
    advance(to: end)
    return true
  }

  private mutating func readInteger() throws(TextError) -> Bool {
    guard isDigit(position) else { return false }
    if source[position] == "0", position + 1 < source.count,
      let radix = Self.radix(of: source[position + 1])
    {
      let start = position + 2
      let first = start < source.count && source[start] == "_" ? start + 1 : start
      if let end = endOfDigits(first, radix: radix) {
        try addInteger(first..<end, radix: radix)
        return true
      }
    }
    var end = position + 1
    if source[position] == "0" {
      while end < source.count {
        if source[end] == "0" {
          end += 1
        } else if looking(at: "_0", end) {
          end += 2
        } else {
          break
        }
      }
    } else {
      end = endOfDigits(position) ?? end
    }
    try addInteger(position..<end, radix: 10)
    return true
  }

  private static func radix(of letter: Unicode.Scalar) -> Int? {
    switch letter {
    case "b", "B": 2
    case "o", "O": 8
    case "x", "X": 16
    default: nil
    }
  }

  private mutating func addInteger(_ range: Range<Int>, radix: Int) throws(TextError) {
    guard let number = Int(digits(range), radix: radix) else {
      throw .unsupported("a whole number beyond 64 bits (line \(line))")
    }
    var token = Token(.integer, "", line: line)
    token.integer = number
    tokens.append(token)
    advance(to: range.upperBound)
  }
}
