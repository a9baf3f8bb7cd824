// SPDX-License-Identifier: Apache-2.0

// MARK: - Quantifiers
extension PatternParser {
  /// A node with the quantifiers that follow it.
  mutating func quantified(_ node: PatternNode) throws(TextError) -> PatternNode {
    var node = node
    while true {
      if options.isExtended {
        while let scalar = next, scalar.properties.isWhitespace { position += 1 }
      }
      guard var repetition = try quantifier() else { return node }
      switch node {
      case .place, .look: throw unsupported("repeats a place between characters")
      default: break
      }
      repetition.greed = greed(after: repetition)
      node = .repetition(node, repetition)
    }
  }

  private mutating func quantifier() throws(TextError) -> PatternNode.Repetition? {
    func once(_ minimum: Int, _ maximum: Int?) -> PatternNode.Repetition {
      PatternNode.Repetition(minimum: minimum, maximum: maximum, greed: .greedy)
    }
    if skip("*") { return once(0, nil) }
    if skip("+") { return once(1, nil) }
    if skip("?") { return once(0, 1) }
    guard next == "{" else { return nil }
    let start = position
    guard let (minimum, maximum) = interval() else {
      position = start
      if syntax == .fancyRegex { throw malformed("a brace opens no number of repetitions") }
      return nil  // Then the brace is read as a character.
    }
    guard max(minimum, maximum ?? 0) <= 65_535 else {
      throw unsupported("repeats something more than 65535 times")
    }
    if let maximum, maximum < minimum {
      guard syntax == .oniguruma else { throw malformed("more repetitions at least than at most") }
      return PatternNode.Repetition(minimum: maximum, maximum: minimum, greed: .possessive)
    }
    return once(minimum, maximum)
  }

  /// `{n}`, `{n,}`, `{n,m}` or `{,m}`.
  private mutating func interval() -> (Int, Int?)? {
    position += 1
    let minimum = number()
    var maximum = minimum
    if skip(",") {
      maximum = number()
      if minimum == nil, maximum == nil || syntax == .fancyRegex { return nil }
    } else if minimum == nil {
      return nil
    }
    guard skip("}") else { return nil }
    return (minimum ?? 0, maximum)
  }

  mutating func number() -> Int? {
    var value: Int?
    while let scalar = next, ("0"..."9").contains(scalar) {
      value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1_000_000)
      position += 1
    }
    return value
  }

  /// Reads `?` and `+` after a quantifier; after braces Oniguruma takes `+` for another quantifier,
  /// and `?` too when the number is fixed.
  private mutating func greed(after repetition: PatternNode.Repetition) -> PatternNode.Greed {
    let followsBraces = source[position - 1] == "}"
    if repetition.greed == .possessive { return .possessive }
    let isFixed = repetition.minimum == repetition.maximum
    if syntax == .oniguruma, followsBraces {
      return !isFixed && skip("?") ? .lazy : .greedy
    }
    return skip("?") ? .lazy : skip("+") ? .possessive : .greedy
  }
}

// MARK: - Escapes
extension PatternParser {
  /// What a backslash begins, outside brackets.
  mutating func escape() throws(TextError) -> PatternNode {
    guard let scalar = next else { throw malformed("it ends with a backslash") }
    if let set = try escapedSet(isInBrackets: false) {
      return .set(options.ignoresCase && syntax == .fancyRegex ? CaseFolding.closure(of: set) : set)
    }
    if let place = place(scalar) {
      position += 1
      return .place(place)
    }
    switch scalar {
    case "R" where syntax == .oniguruma:
      position += 1
      let newlines = ScalarSet([0x0A..<0x0E, 0x85..<0x86, 0x2028..<0x202A])
      return .atomic(
        .alternatives([.sequence([.set(ScalarSet("\r")), .set(ScalarSet("\n"))]), .set(newlines)]))
    case "N" where syntax == .oniguruma:
      position += 1
      return .set(ScalarSet("\n").inverted)
    case "O" where syntax == .oniguruma:
      position += 1
      return .set(.all)
    case "k":
      position += 1
      guard skip("<") else { throw unsupported("refers to a group by other than \\k<…>") }
      return try reference(String(String.UnicodeScalarView(try take(until: ">"))))
    case "1"..."9":
      guard syntax == .fancyRegex || !hasNames else {
        throw malformed("with named groups only a name refers to one")
      }
      return try reference(String(number() ?? 0))
    case "K", "X", "g", "y", "Y": throw unsupported("uses \\\(scalar)")
    default: return literal(try escapedScalar())
    }
  }

  private func reference(_ name: String) throws(TextError) -> PatternNode {
    guard !options.ignoresCase else {
      throw unsupported("refers to a group without regard to case")
    }
    return .reference(try captureNumber(of: name))
  }

  private func place(_ scalar: Unicode.Scalar) -> PatternNode.Place? {
    let word = syntax == .oniguruma ? ScalarProperties.latinWord : ScalarProperties.rustWord
    return switch scalar {
    case "A": .textStart
    case "z": .textEnd
    case "Z": .textEndOrLastNewline
    case "G": .searchStart
    case "b": .boundary(of: word)
    case "B": .noBoundary(of: word)
    default: nil
    }
  }

  /// A set such as `\d` or `\p{L}`; nothing, and nothing taken, when a single character follows.
  mutating func escapedSet(isInBrackets: Bool) throws(TextError) -> ScalarSet? {
    guard let scalar = next else { return nil }
    let set: ScalarSet
    switch scalar {
    case "d", "D": set = ScalarProperties.decimalDigits
    case "s", "S": set = ScalarProperties.whiteSpace
    case "w", "W": set = wordSet(isInBrackets: isInBrackets)
    case "h", "H": set = ScalarProperties.hexadecimalDigits
    case "p", "P": return try property(isInBrackets: isInBrackets)
    default: return nil
    }
    position += 1
    return scalar.properties.isUppercase ? set.inverted : set
  }

  private func wordSet(isInBrackets: Bool) -> ScalarSet {
    if syntax == .fancyRegex { return ScalarProperties.rustWord }
    return isInBrackets ? ScalarProperties.word : ScalarProperties.latinWord
  }

  private mutating func property(isInBrackets: Bool) throws(TextError) -> ScalarSet {
    var isInverted = next == "P"
    position += 1
    let name: [Unicode.Scalar]
    if skip("{") {
      if skip("^") { isInverted.toggle() }
      name = try take(until: "}")
    } else if let letter = next {
      position += 1
      name = [letter]
    } else {
      throw malformed("a property has no name")
    }
    guard var set = ScalarProperties.named(try valueName(name)) else {
      throw unsupported(
        "names the property “\(VisibleText.excerpt(String(String.UnicodeScalarView(name))))”")
    }
    if set == ScalarProperties.word { set = wordSet(isInBrackets: isInBrackets) }
    return isInverted ? set.inverted : set
  }

  /// Rust allows `gc=L` and `sc=Han`, with long names too.
  private func valueName(_ name: [Unicode.Scalar]) throws(TextError) -> [Unicode.Scalar] {
    guard syntax == .fancyRegex, let sign = name.lastIndex(where: { $0 == "=" || $0 == ":" })
    else { return name }
    let kind = String(String.UnicodeScalarView(name[..<sign])).lowercased()
    guard ["gc", "sc", "script", "general_category"].contains(kind) else {
      throw unsupported("names the kind of property “\(VisibleText.excerpt(kind))”")
    }
    return Array(name[(sign + 1)...])
  }

  /// A single character after a backslash, which is taken already.
  mutating func escapedScalar() throws(TextError) -> Unicode.Scalar {
    guard let scalar = next else { throw malformed("it ends with a backslash") }
    position += 1
    switch scalar {
    case "t": return "\t"
    case "n": return "\n"
    case "r": return "\r"
    case "f": return "\u{0C}"
    case "v": return "\u{0B}"
    case "a": return "\u{07}"
    case "e": return "\u{1B}"
    case "x": return try hexadecimal()
    case "u": return try next == "{" ? hexadecimal() : code(digits: 4)
    case "U" where syntax == .fancyRegex: return try code(digits: 8)
    case "0"..."7" where syntax == .oniguruma: return try octal(scalar)
    case "c", "C", "M", "o": throw unsupported("uses \\\(scalar)")
    default:
      guard syntax == .oniguruma || !scalar.properties.isAlphabetic, scalar.value >= 0x20 else {
        throw malformed("\\\(scalar) means nothing")
      }
      return scalar
    }
  }

  private mutating func hexadecimal() throws(TextError) -> Unicode.Scalar {
    if skip("{") {
      let digits = try take(until: "}")
      guard let value = Self.value(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
        throw malformed("braces hold no number of a character")
      }
      return scalar
    }
    let first = try code(digits: 2)
    guard syntax == .oniguruma, first.value >= 0x80 else { return first }
    return try utf8(first.value)
  }

  /// Oniguruma reads `\xE4\xB8\x80` as the bytes of one character.
  private mutating func utf8(_ first: UInt32) throws(TextError) -> Unicode.Scalar {
    var bytes = [UInt8(first)]
    while bytes.count < 4, next == "\\", peek(1) == "x" {
      if String(validating: bytes, as: UTF8.self) != nil { break }
      position += 2
      bytes.append(UInt8(try code(digits: 2).value))
    }
    guard let text = String(validating: bytes, as: UTF8.self)?.unicodeScalars, text.count == 1,
      let scalar = text.first
    else { throw malformed("bytes are not the UTF-8 of one character") }
    return scalar
  }

  private mutating func octal(_ first: Unicode.Scalar) throws(TextError) -> Unicode.Scalar {
    var value = first.value - 0x30
    var count = 1
    while count < 3, let scalar = next, ("0"..."7").contains(scalar) {
      value = value * 8 + scalar.value - 0x30
      position += 1
      count += 1
    }
    guard value < 0x80, let scalar = Unicode.Scalar(value) else {
      throw unsupported("writes bytes beyond ASCII in octal")
    }
    return scalar
  }

  private mutating func code(digits: Int) throws(TextError) -> Unicode.Scalar {
    let end = position + digits
    guard end <= source.count, let value = Self.value(source[position..<end], radix: 16),
      let scalar = Unicode.Scalar(value)
    else { throw malformed("\(digits) hexadecimal digits of a character are missing") }
    position = end
    return scalar
  }

  private static func value(_ digits: some Collection<Unicode.Scalar>, radix: Int) -> UInt32? {
    guard (1...8).contains(digits.count), digits.allSatisfy(\.properties.isASCIIHexDigit) else {
      return nil
    }
    return UInt32(String(String.UnicodeScalarView(digits)), radix: radix)
  }
}
