// SPDX-License-Identifier: Apache-2.0

// MARK: - Brackets
extension PatternParser {
  /// What one bracketed class has so far.
  private struct Class {
    /// What the intersection allows; nothing yet when none was written.
    var allowed: ScalarSet?
    /// Single characters, ranges and sets since the last operator.
    var ranges: [Range<UInt32>] = []
    /// Whether the last thing was a set such as `\d`, which begins no range.
    var endsWithSet = false
  }

  /// A class in brackets outside others; the bracket is taken already.
  ///
  /// Without regard to case Oniguruma lets a class with ß match “ss” too, where it does not match
  /// ß; shorter sequences come first.
  mutating func outermostClass() throws(TextError) -> PatternNode {
    let isNegated = next == "^"
    let set = try characterClass(isOutermost: true)
    guard options.ignoresCase, syntax == .oniguruma, !isNegated else { return .set(set) }
    let sequences = Set(CaseFolding.sequences.lazy.filter { set.contains($0.key) }.map(\.value))
      .sorted { ($0.count, $0[0], $0[1]) < ($1.count, $1[0], $1[1]) }
    if sequences.isEmpty { return .set(set) }
    return .alternatives(
      [.set(set)]
        + sequences.map { sequence in
          .sequence(sequence.map { .set(CaseFolding.closure(of: ScalarSet($0...$0))) })
        })
  }

  /// A class in brackets; the bracket is taken already.
  private mutating func characterClass(isOutermost: Bool) throws(TextError) -> ScalarSet {
    try deeper { (parser: inout PatternParser) throws(TextError) in
      let isNegated = parser.skip("^")
      var collected = Class()
      if parser.skip("]") {
        guard parser.source[parser.position...].contains("]") else {
          throw parser.malformed("brackets are empty")
        }
        collected.ranges.append(0x5D..<0x5E)
      }
      while !parser.skip("]") {
        if parser.atEnd { throw parser.malformed("a bracket is not closed") }
        try parser.takePart(&collected)
      }
      parser.close(&collected)
      var set = collected.allowed ?? .empty
      if parser.options.ignoresCase, isOutermost || parser.syntax == .fancyRegex {
        set = CaseFolding.closure(of: set)
      }
      return isNegated ? set.inverted : set
    }
  }

  /// Ends an operand of an intersection.
  private func close(_ collected: inout Class) {
    var set = ScalarSet(collected.ranges)
    if options.ignoresCase, syntax == .fancyRegex { set = CaseFolding.closure(of: set) }
    collected = Class(allowed: collected.allowed.map { $0.intersection(set) } ?? set)
  }

  private mutating func takePart(_ collected: inout Class) throws(TextError) {
    if skip("&&") { return close(&collected) }
    if syntax == .fancyRegex, next == peek(1), next == "-" || next == "~" {
      throw unsupported("takes one set from another with “--” or “~~”")
    }
    if skip("[") {
      if let set = try posixClass() {
        collected.ranges += set.ranges
      } else {
        collected.ranges += try characterClass(isOutermost: false).ranges
      }
      collected.endsWithSet = false
      return
    }
    if skip("\\") {
      if let set = try escapedSet(isInBrackets: true) {
        collected.ranges += set.ranges
        collected.endsWithSet = true
        return
      }
      try takeRange(from: next == "b" ? backspace() : try escapedScalar(), &collected)
    } else if let scalar = next {
      position += 1
      if scalar == "-", collected.endsWithSet, next != "]", !(next == "&" && peek(1) == "&") {
        throw malformed("a set such as \\d begins no range")
      }
      try takeRange(from: scalar, &collected)
    }
  }

  private mutating func backspace() -> Unicode.Scalar {
    position += 1
    return "\u{08}"
  }

  /// A single character, or a range that it begins.
  private mutating func takeRange(
    from first: Unicode.Scalar, _ collected: inout Class
  ) throws(TextError) {
    collected.endsWithSet = false
    var last = first
    if next == "-", let follower = peek(1), follower != "]",
      !(follower == "&" && peek(2) == "&"), !(follower == "[" && syntax == .oniguruma)
    {
      position += 1
      if skip("\\") {
        if try escapedSet(isInBrackets: true) != nil {
          throw malformed("a set such as \\d ends no range")
        }
        last = next == "b" ? backspace() : try escapedScalar()
      } else {
        last = follower
        position += 1
      }
      guard first.value <= last.value else { throw malformed("a range runs backwards") }
    }
    collected.ranges.append(first.value..<last.value + 1)
  }

  /// `:alpha:]` after a bracket; nothing, and nothing taken, when something else follows.
  private mutating func posixClass() throws(TextError) -> ScalarSet? {
    let start = position
    guard skip(":") else { return nil }
    let isInverted = skip("^")
    let name = source[position...].prefix { ("a"..."z").contains($0) }
    position += name.count
    guard skip(":]"), let set = ScalarProperties.posix(String(String.UnicodeScalarView(name)))
    else {
      position = start
      return nil
    }
    let scalars = syntax == .oniguruma ? set : set.intersection(ScalarSet(0...0x7F))
    return isInverted ? scalars.inverted : scalars
  }
}
