// SPDX-License-Identifier: Apache-2.0

// MARK: - Numbers
extension JSONParser {
  mutating func number() throws(TextError) -> JSONValue {
    let start = position
    var decimal = DecimalNumber()
    decimal.isNegative = skip("-")
    if !skip("0") { try digits { decimal.appendWhole($0) } }
    var isWhole = true
    if skip(".") {
      isWhole = false
      try digits { decimal.appendFraction($0) }
    }
    if skip("e") || skip("E") {
      isWhole = false
      let isNegative = skip("-")
      if !isNegative { _ = skip("+") }
      var exponent = 0
      try digits { exponent = min(100_000, 10 * exponent + Int($0)) }
      decimal.exponent += isNegative ? -exponent : exponent
    }
    if isWhole, let whole = decimal.whole { return .integer(whole) }
    guard let value = decimal.value else {
      position = start
      throw broken("a number that is out of range")
    }
    return .number(value)
  }

  /// One digit or more.
  @inline(__always)
  private mutating func digits(_ body: (UInt8) -> Void) throws(TextError) {
    let start = position
    while let byte = next, (0x30...0x39).contains(byte) {
      body(byte - 0x30)
      position += 1
    }
    guard position > start else { throw broken("an unknown value") }
  }
}

/// A number as it is written, and the 64-bit number that the reference makes of it.
///
/// The reference reads tokenizer files with serde_json, which multiplies the digits as a whole number
/// with a power of ten. That is exact to one unit in the last place and not always the nearest number;
/// the score of a piece must be the reference's, or two ways to write a text that are equally good
/// there are not so here.
private struct DecimalNumber {
  private static let powers: [Double] = (0...308).map { Double("1e\($0)") ?? .infinity }

  var isNegative = false
  /// The power of ten to multiply the digits with.
  var exponent = 0
  private var digits: UInt64 = 0
  private var isFull = false

  @inline(__always)
  private mutating func append(_ digit: UInt8) -> Bool {
    guard !isFull else { return false }
    let (product, overflow) = digits.multipliedReportingOverflow(by: 10)
    let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
    isFull = overflow || carry
    if !isFull { digits = sum }
    return !isFull
  }

  @inline(__always)
  mutating func appendWhole(_ digit: UInt8) { if !append(digit) { exponent += 1 } }

  /// Digits beyond what fits are ignored.
  @inline(__always)
  mutating func appendFraction(_ digit: UInt8) { if append(digit) { exponent -= 1 } }

  /// The number if it is whole and fits.
  var whole: Int? {
    guard exponent == 0 else { return nil }
    return isNegative
      ? (digits <= 1 << 63 ? Int(truncatingIfNeeded: 0 &- digits) : nil) : Int(exactly: digits)
  }

  var value: Double? {
    var value = Double(digits)
    var exponent = exponent
    while abs(exponent) > 308 {
      if value == 0 { break }
      guard exponent < 0 else { return nil }
      value /= 1e308
      exponent += 308
    }
    if abs(exponent) <= 308 {
      let power = Self.powers[abs(exponent)]
      value = exponent < 0 ? value / power : value * power
    }
    guard value.isFinite else { return nil }
    return isNegative ? -value : value
  }
}
