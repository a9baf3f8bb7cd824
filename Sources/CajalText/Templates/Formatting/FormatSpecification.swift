// SPDX-License-Identifier: Apache-2.0

/// How a value is laid out in a field: `{:>8.2f}`, `%-5d`.
///
/// - Source: <https://docs.python.org/3.11/library/string.html#format-specification-mini-language>
struct FormatSpecification {
  enum Alignment: Unicode.Scalar {
    case left = "<"
    case right = ">"
    case centre = "^"
    case afterSign = "="
  }

  var fill: Unicode.Scalar = " "
  var alignment: Alignment?
  var sign: Unicode.Scalar = "-"
  var isAlternate = false
  var width = 0
  var grouping: Unicode.Scalar?
  var precision: Int?
  var kind: Unicode.Scalar?

  /// The widest field and the longest fraction; Python's own limits depend on memory.
  static let limit = 1_000_000

  init() {}

  init(_ text: Text) throws(TextError) {
    let scalars = text.scalars
    var index = 0
    func next() -> Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }
    func readNumber() throws(TextError) -> Int? {
      let start = index
      var number = 0
      while let scalar = next(), ("0"..."9").contains(scalar) {
        number = number * 10 + Int(scalar.value - 0x30)
        guard number <= Self.limit else {
          throw .failure(.value, "Too many decimal digits in format string")
        }
        index += 1
      }
      return index > start ? number : nil
    }
    if scalars.count > 1, let found = Alignment(rawValue: scalars[1]) {
      fill = scalars[0]
      alignment = found
      index = 2
    } else if let first = next(), let found = Alignment(rawValue: first) {
      alignment = found
      index = 1
    }
    if let scalar = next(), "+- ".unicodeScalars.contains(scalar) {
      sign = scalar
      index += 1
    }
    if next() == "#" {
      isAlternate = true
      index += 1
    }
    if next() == "0" {
      if alignment == nil { (fill, alignment) = ("0", .afterSign) }
      index += 1
    }
    width = try readNumber() ?? 0
    if let scalar = next(), scalar == "," || scalar == "_" {
      grouping = scalar
      index += 1
    }
    if next() == "." {
      index += 1
      guard let number = try readNumber() else {
        throw .failure(.value, "Format specifier missing precision")
      }
      precision = number
    }
    if let scalar = next() {
      kind = scalar
      index += 1
    }
    guard index == scalars.count else { throw .failure(.value, "Invalid format specifier") }
  }

  /// The text in its field.
  func laid(_ text: Text, isNumber: Bool, in rendering: Rendering) throws(TextError) -> Text {
    let missing = width - text.count
    guard missing > 0 else { return text }
    try rendering.spend(scalars: missing)
    let alignment = alignment ?? (isNumber ? .right : .left)
    let hasSign = text.scalars.first.map { "+- ".unicodeScalars.contains($0) } ?? false
    let head = alignment == .afterSign && hasSign ? 1 : 0
    let before =
      switch alignment {
      case .left: 0
      case .right, .afterSign: missing
      case .centre: missing / 2
      }
    let filler = [Unicode.Scalar](repeating: fill, count: missing)
    return Text(
      text.scalars[..<head] + filler[..<before] + text.scalars[head...] + filler[before...])
  }
}

// MARK: - Values
extension FormatSpecification {
  func formatted(_ value: Value, in rendering: Rendering) throws(TextError) -> Text {
    switch value {
    case .text(let text): return try formatted(text, in: rendering)
    case .boolean(let isTrue) where kind == nil:
      if width == 0, precision == nil { return Text(isTrue ? "True" : "False") }
      return try formatted(whole: isTrue ? 1 : 0, in: rendering)
    case .integer, .boolean: return try formatted(whole: value.index ?? 0, in: rendering)
    case .real(let real): return try formatted(real: real, in: rendering)
    default:
      throw .failure(
        .type, "unsupported format string passed to \(value.typeName).__format__")
    }
  }

  private func formatted(_ text: Text, in rendering: Rendering) throws(TextError) -> Text {
    guard kind == nil || kind == "s" else { throw unknown("str") }
    guard sign == "-", grouping == nil else {
      throw .failure(.value, "Sign not allowed in string format specifier")
    }
    guard alignment != .afterSign || fill == "0" else {
      throw .failure(.value, "'=' alignment not allowed in string format specifier")
    }
    var copy = self
    if alignment == .afterSign { copy.alignment = .left }
    let cut = precision.map { Text(text.scalars.prefix($0)) } ?? Text(text.scalars)
    return try copy.laid(cut, isNumber: false, in: rendering)
  }

  private func unknown(_ type: String) -> TextError {
    let code = kind.map { String($0) } ?? ""
    return .failure(
      .value, "Unknown format code '\(code)' for object of type '\(type)'")
  }

  private func formatted(whole: Int, in rendering: Rendering) throws(TextError) -> Text {
    let radixes: [Unicode.Scalar: (Int, String)] = [
      "b": (2, "0b"), "o": (8, "0o"), "x": (16, "0x"), "X": (16, "0X"),
    ]
    switch kind {
    case nil, "d", "n", "b", "o", "x", "X":
      guard precision == nil else {
        throw .failure(.value, "Precision not allowed in integer format specifier")
      }
      let (radix, prefix) = kind.flatMap { radixes[$0] } ?? (10, "")
      let digits = String(whole.magnitude, radix: radix, uppercase: kind == "X")
      let grouped = grouped(digits, every: radix == 10 ? 3 : 4)
      return try laid(
        Text(signText(whole < 0) + (isAlternate ? prefix : "") + grouped), isNumber: true,
        in: rendering)
    case "c":
      guard let scalar = Unicode.Scalar(UInt32(clamping: whole)), whole >= 0 else {
        throw .failure(.overflow, "%c arg not in range(0x110000)")
      }
      return try laid(Text([scalar]), isNumber: true, in: rendering)
    case "e", "E", "f", "F", "g", "G", "%":
      return try formatted(real: Double(whole), in: rendering)
    default: throw unknown("int")
    }
  }

  private func formatted(real: Double, in rendering: Rendering) throws(TextError) -> Text {
    try rendering.spend(scalars: (precision ?? 6) + 320)
    let magnitude = real.magnitude
    var digits: String
    if !real.isFinite {
      digits = real.isNaN ? "nan" : "inf"
      if kind == "%" { digits += "%" }
    } else {
      switch kind {
      case nil:
        digits =
          precision.map { Self.plain(magnitude, digits: $0) } ?? RealText.shortest(magnitude)
      case "e", "E": digits = RealText.scientific(magnitude, places: precision ?? 6)
      case "f", "F": digits = RealText.fixed(magnitude, places: precision ?? 6)
      case "g", "G", "n":
        digits = RealText.general(
          magnitude, digits: max(precision ?? 6, 1), keepsZeros: isAlternate)
      case "%": digits = RealText.fixed(magnitude * 100, places: precision ?? 6) + "%"
      default: throw unknown("float")
      }
    }
    if let kind, kind == "E" || kind == "F" || kind == "G" { digits = digits.uppercased() }
    return try laid(
      Text(signText(real.sign == .minus) + grouped(digits, every: 3)), isNumber: true,
      in: rendering)
  }

  /// As `g`, and with a digit after the point where it has none.
  private static func plain(_ value: Double, digits: Int) -> String {
    let digits = max(digits, 1)
    let text = RealText.general(value, digits: digits)
    let exponent = RealText.scientific(value, places: digits - 1).split(separator: "e").last
    if let exponent = exponent.flatMap({ Int($0) }), exponent == digits - 1 || exponent >= digits {
      return RealText.scientificTrimmed(value, digits: digits)
    }
    return text.contains(".") || text.contains("e") ? text : text + ".0"
  }

  private func signText(_ isNegative: Bool) -> String {
    isNegative ? "-" : sign == "-" ? "" : String(sign)
  }

  private func grouped(_ digits: String, every size: Int) -> String {
    guard let grouping else { return digits }
    let whole = digits.prefix { $0.isHexDigit && $0 != "e" }
    var result = ""
    for (place, digit) in whole.enumerated() {
      if place > 0, (whole.count - place) % size == 0 { result.unicodeScalars.append(grouping) }
      result.append(digit)
    }
    return result + digits.dropFirst(whole.count)
  }
}

extension RealText {
  /// Scientific with a number of significant digits, zeros at the end left out.
  static func scientificTrimmed(_ value: Double, digits: Int) -> String {
    let parts = scientific(value, places: digits - 1).split(separator: "e")
    guard parts.count == 2 else { return shortest(value) }
    var mantissa = parts[0]
    if mantissa.contains(".") {
      while mantissa.last == "0" { mantissa = mantissa.dropLast() }
      if mantissa.last == "." { mantissa = mantissa.dropLast() }
    }
    return "\(mantissa)e\(parts[1])"
  }
}
