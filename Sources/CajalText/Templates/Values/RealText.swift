// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How numbers with a fraction are written.
enum RealText {
  /// The shortest digits that name the number, laid out as Python does: with an exponent below
  /// 10⁻⁴ and from 10¹⁶ on.
  static func shortest(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let sign = value.sign == .minus ? "-" : ""
    guard value != 0 else { return sign + "0.0" }
    let (digits, exponent) = digitsAndExponent(value.magnitude)
    if exponent < -4 || exponent >= 16 {
      let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
      let power = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
      return sign + digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+") + power
    }
    if exponent < 0 {
      return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
    }
    let whole = digits.prefix(exponent + 1)
    let zeros = String(repeating: "0", count: exponent + 1 - whole.count)
    let fraction = digits.dropFirst(exponent + 1)
    return sign + whole + zeros + "." + (fraction.isEmpty ? "0" : fraction)
  }

  /// The significant digits without zeros at the end, and the power of ten of the first.
  private static func digitsAndExponent(_ value: Double) -> (String, Int) {
    let parts = "\(value)".split(separator: "e")
    var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    var digits = Substring(halves.joined())
    exponent += halves[0].count - 1
    while digits.first == "0" {
      digits = digits.dropFirst()
      exponent -= 1
    }
    while digits.last == "0" { digits = digits.dropLast() }
    return (String(digits), exponent)
  }

  /// With a number of digits after the point, rounded to the nearest, ties to even.
  static func fixed(_ value: Double, places: Int) -> String {
    String(format: "%.*f", places, value)
  }

  /// With one digit before the point and an exponent.
  static func scientific(_ value: Double, places: Int) -> String {
    String(format: "%.*e", places, value)
  }

  /// The shorter of both with a number of significant digits; `keepsZeros` keeps those at the end.
  static func general(_ value: Double, digits: Int, keepsZeros: Bool = false) -> String {
    String(format: keepsZeros ? "%#.*g" : "%.*g", digits, value)
  }

  /// Rounded to a place after the point (before it where negative), ties to even.
  static func rounded(_ value: Double, places: Int) -> Double {
    guard value.isFinite, places < 324 else { return value }
    guard places < 0 else { return Double(fixed(value, places: places)) ?? value }
    guard places > -309 else { return value.sign == .minus ? -0.0 : 0.0 }
    let power = pow(10, Double(-places))
    return (value / power).rounded(.toNearestOrEven) * power
  }
}
