// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Filters that make a number.
enum NumberFilters {
  static let table: [String: Filter] = [
    "abs": Filter("abs", [], absolute),
    "int": Filter("do_int", ["default", "base"], whole),
    "float": Filter("do_float", ["default"], real),
    "round": Filter("do_round", ["precision", "method"], round),
    "sum": Filter("sync_do_sum", ["attribute", "start"], sum),
    "length": Filter("len", [], length),
    "count": Filter("len", [], length),
  ]

  private static func length(_ call: FilterCall) throws(TextError) -> Value {
    .integer(try call.rendering.length(of: call.value))
  }

  private static func absolute(_ call: FilterCall) throws(TextError) -> Value {
    if let whole = call.value.index {
      return whole < 0 ? try Arithmetic.signed(.integer(whole), isMinus: true) : .integer(whole)
    }
    guard case .real(let real) = call.value else {
      throw .failure(.type, "bad operand type for abs(): '\(call.value.typeName)'")
    }
    return .real(real.magnitude)
  }

  private static func whole(_ call: FilterCall) throws(TextError) -> Value {
    let fallback = call.values[0] ?? .integer(0)
    switch call.value {
    case .undefined(let undefined): throw undefined.error
    case .integer, .boolean: return .integer(call.value.index ?? 0)
    case .real(let real): return try cut(real) ?? fallback
    case .text(let text):
      let base = (call.values[1] ?? .integer(10)).index ?? -1
      if let whole = try NumberText.whole(text, base: base) {
        return .integer(whole)
      }
      guard let real = NumberText.real(text) else { return fallback }
      return try cut(real) ?? fallback
    default: return fallback
    }
  }

  /// Without the fraction; nil where the number is not finite.
  private static func cut(_ real: Double) throws(TextError) -> Value? {
    guard real.isFinite else { return nil }
    guard let whole = Int(exactly: real.rounded(.towardZero)) else { throw Arithmetic.tooLarge }
    return .integer(whole)
  }

  private static func real(_ call: FilterCall) throws(TextError) -> Value {
    let fallback = call.values[0] ?? .real(0)
    if case .undefined(let undefined) = call.value { throw undefined.error }
    if case .text(let text) = call.value {
      return NumberText.real(text).map(Value.real) ?? fallback
    }
    return call.value.number.map(Value.real) ?? fallback
  }

  private static func round(_ call: FilterCall) throws(TextError) -> Value {
    var method = "common"
    if let value = call.values[1] {
      guard case .text(let name) = value, ["common", "ceil", "floor"].contains(name.string) else {
        throw .failure(.filterArgument, "method must be common, ceil or floor")
      }
      method = name.string
    }
    if method != "common" {
      let power = try call.rendering.calculate(
        .integer(10), .power, call.values[0] ?? .integer(0))
      let scaled = try call.rendering.calculate(call.value, .multiply, power)
      guard let number = scaled.number else {
        throw .failure(.type, "must be real number, not \(scaled.typeName)")
      }
      guard let whole = try cut(method == "ceil" ? ceil(number) : floor(number)) else {
        throw .failure(.overflow, "cannot convert float infinity to integer")
      }
      return try call.rendering.calculate(whole, .divide, power)
    }
    let places = call.given(0) == nil && call.values[0] != nil ? nil : try call.whole(0, 0)
    if let whole = call.value.index { return .integer(try rounded(whole, places: places ?? 0)) }
    guard case .real(let real) = call.value else {
      throw .failure(.type, "type \(call.value.typeName) doesn't define __round__ method")
    }
    guard let places else { return try cut(real.rounded(.toNearestOrEven)) ?? .integer(0) }
    return .real(RealText.rounded(real, places: places))
  }

  /// To a power of ten, ties to even.
  private static func rounded(_ value: Int, places: Int) throws(TextError) -> Int {
    guard places < 0 else { return value }
    guard places >= -18 else { return 0 }
    var power = 1
    for _ in 0..<(-places) { power *= 10 }
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: power)
    let twice = remainder.magnitude * 2
    let isUp = twice > UInt(power) || (twice == UInt(power) && quotient % 2 != 0)
    let (result, overflow) = (quotient + (isUp ? value.signum() : 0))
      .multipliedReportingOverflow(by: power)
    guard !overflow else { throw Arithmetic.tooLarge }
    return result
  }

  private static func sum(_ call: FilterCall) throws(TextError) -> Value {
    var sum = call.values[1] ?? .integer(0)
    if case .text = sum {
      throw .failure(.type, "sum() can't sum strings [use ''.join(seq) instead]")
    }
    let path = AttributePath(call.values[0])
    var iteration = try call.rendering.iteration(over: call.value)
    while let item = try iteration.next(in: call.rendering) {
      let value = try path.value(in: item, call.rendering)
      sum = try call.rendering.calculate(sum, .add, value)
    }
    return sum
  }
}

/// Numbers in texts, as Python's `int` and `float` read them.
enum NumberText {
  private static func cleaned(_ text: Text) -> String? {
    let trimmed = text.trimmed(where: PythonCharacter.isSpace)
    guard !trimmed.isEmpty, trimmed.scalars.allSatisfy(\.isASCII) else { return nil }
    return trimmed.string.lowercased()
  }

  /// Underscores may stand between digits only.
  private static func withoutUnderscores(_ digits: Substring, prefixed: Bool = false) -> String? {
    var result = ""
    var previous: Character = prefixed ? "0" : "_"
    for character in digits {
      if character == "_" {
        guard previous != "_" else { return nil }
      } else {
        result.append(character)
      }
      previous = character
    }
    return previous == "_" ? nil : result
  }

  static func whole(_ text: Text, base: Int) throws(TextError) -> Int? {
    guard base == 0 || (2...36).contains(base), let cleaned = cleaned(text) else { return nil }
    var digits = Substring(cleaned)
    let isNegative = digits.first == "-"
    if isNegative || digits.first == "+" { digits = digits.dropFirst() }
    var radix = base == 0 ? 10 : base
    var isPrefixed = false
    for (prefix, value) in [("0x", 16), ("0o", 8), ("0b", 2)]
    where digits.hasPrefix(prefix) && (base == 0 || base == value) {
      digits = digits.dropFirst(2)
      radix = value
      isPrefixed = true
    }
    guard let plain = withoutUnderscores(digits, prefixed: isPrefixed), !plain.isEmpty,
      plain.allSatisfy({ ($0.isNumber ? $0.wholeNumberValue : letterValue($0)) ?? 99 < radix })
    else { return nil }
    if base == 0, !isPrefixed, plain.first == "0", plain.contains(where: { $0 != "0" }) {
      return nil
    }
    guard let number = Int((isNegative ? "-" : "") + plain, radix: radix) else {
      throw Arithmetic.tooLarge
    }
    return number
  }

  private static func letterValue(_ letter: Character) -> Int? {
    guard let value = letter.asciiValue, (0x61...0x7A).contains(value) else { return nil }
    return Int(value) - 0x61 + 10
  }

  static func real(_ text: Text) -> Double? {
    guard let cleaned = cleaned(text) else { return nil }
    var rest = Substring(cleaned)
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest = rest.dropFirst() }
    if rest == "inf" || rest == "infinity" { return isNegative ? -.infinity : .infinity }
    if rest == "nan" { return .nan }
    var parts = rest.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
    let mantissa = parts.removeFirst()
    let halves = mantissa.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.contains(where: { !$0.isEmpty }) else { return nil }
    for half in halves where !half.isEmpty {
      guard isDigits(half) else { return nil }
    }
    if let exponent = parts.first {
      let digits = exponent.first == "-" || exponent.first == "+" ? exponent.dropFirst() : exponent
      guard isDigits(digits) else { return nil }
    }
    var plain = String(rest.filter { $0 != "_" })
    if plain.first == "." { plain = "0" + plain }
    // `1.` and `1.e5` are numbers in Python and not in Swift.
    plain = Text(plain).string
    let spelled = plain.hasSuffix(".") ? plain + "0" : spelledOut(plain)
    return Double(spelled).map { isNegative ? -$0 : $0 }
  }

  private static func spelledOut(_ text: String) -> String {
    guard let point = text.firstIndex(of: "."), text[text.index(after: point)...].first == "e"
    else { return text }
    return text[...point] + "0" + text[text.index(after: point)...]
  }

  private static func isDigits(_ text: Substring) -> Bool {
    guard let plain = withoutUnderscores(text), !plain.isEmpty else { return false }
    return plain.allSatisfy { ("0"..."9").contains($0) }
  }
}
