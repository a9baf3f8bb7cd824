// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// Numbers as people read them.
enum NumberText {
  /// The narrow space that groups thousands and never breaks.
  static let groupSeparator = "\u{202F}"

  /// About four significant digits: `1.273`, `260 032`, `3.1×10⁻⁵`, `∞`, `NaN`.
  static func short(_ value: Double) -> String { short(value, digits: 4) }

  /// With so many significant digits, but never fewer than the whole number has.
  static func short(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return nonFinite(value) }
    let magnitude = abs(value)
    if magnitude == 0 { return "0" }
    if value == value.rounded(), magnitude < 1e15 { return grouped(value, decimals: 0) }
    if magnitude < 1e-3 || magnitude >= 1e9 { return scientific(value, digits: min(3, digits)) }
    let decimals = max(0, min(6, digits - 1 - Int(log10(magnitude).rounded(.down))))
    return trimmed(grouped(value, decimals: decimals))
  }

  /// At most three significant digits, for narrow places: `0.82`, `12.7`, `1.3k`.
  static func compact(_ value: Double) -> String {
    guard value.isFinite else { return nonFinite(value) }
    let magnitude = abs(value)
    if magnitude == 0 { return "0" }
    if magnitude < 1e-3 || magnitude >= 1e6 { return scientific(value, digits: 2) }
    if value == value.rounded(), magnitude < 1e4 { return grouped(value, decimals: 0) }
    if magnitude >= 1e3 { return grouped(value / 1000, decimals: magnitude < 1e4 ? 1 : 0) + "k" }
    return grouped(value, decimals: magnitude < 1 ? 2 : magnitude < 100 ? 1 : 0)
  }

  /// With a fixed number of decimals and grouped thousands.
  static func grouped(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return nonFinite(value) }
    let plain = String(format: "%.\(decimals)f", abs(value))
    let parts = plain.split(separator: ".", omittingEmptySubsequences: false)
    var whole = ""
    let digits = Array(parts[0])
    for (index, digit) in digits.enumerated() {
      // Four digits stay together, as in most scientific style guides.
      if index > 0, digits.count > 4, (digits.count - index) % 3 == 0 { whole += groupSeparator }
      whole.append(digit)
    }
    let isZero = !plain.contains { ("1"..."9").contains($0) }
    let sign = value < 0 && !isZero ? "−" : ""
    return sign + whole + (parts.count > 1 ? "." + parts[1] : "")
  }

  /// As a power of ten: `1.27×10⁻⁵`; trailing zeros of the mantissa are dropped.
  static func scientific(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return nonFinite(value) }
    if value == 0 { return "0" }
    let parts = String(format: "%.\(max(0, digits - 1))e", value).split(separator: "e")
    guard parts.count == 2, let exponent = Int(parts[1]) else { return "\(value)" }
    let mantissa = trimmed(String(parts[0])).replacing("-", with: "−")
    let power = "10" + superscript(exponent)
    switch mantissa {
    case "1": return power
    case "−1": return "−" + power
    default: return "\(mantissa)×\(power)"
    }
  }

  /// With the unit, where there is one.
  static func short(_ value: Double, unit: String) -> String {
    unit.isEmpty ? short(value) : "\(short(value))\u{A0}\(unit)"
  }

  /// The numbers of one column, aligned: the same decimals for all where that loses nothing.
  static func column(_ values: [Double]) -> [String] {
    let finite = values.filter { $0.isFinite && $0 != 0 }
    guard let largest = finite.map({ abs($0) }).max() else { return values.map(short) }
    if finite.allSatisfy({ $0 == $0.rounded() && abs($0) < 1e15 }) { return values.map(short) }
    let smallest = finite.map { abs($0) }.min() ?? largest
    let decimals = max(0, min(6, 3 - Int(log10(largest).rounded(.down))))
    guard largest < 1e9, smallest >= 0.5 * pow(10, -Double(decimals)) else {
      return values.map(short)
    }
    return values.map { grouped($0, decimals: decimals) }
  }

  /// Without zeros at the end of the decimals.
  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  private static func nonFinite(_ value: Double) -> String {
    value.isNaN ? "NaN" : value > 0 ? "∞" : "−∞"
  }

  private static func superscript(_ value: Int) -> String {
    let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    let sign = value < 0 ? "⁻" : ""
    return sign + String("\(abs(value))".compactMap { $0.wholeNumberValue.map { digits[$0] } })
  }
}
