// SPDX-License-Identifier: Apache-2.0

/// `"%s and %d" % values`.
///
/// - Source: <https://docs.python.org/3.11/library/stdtypes.html#printf-style-string-formatting>
struct PercentFormat {
  private let format: [Unicode.Scalar]
  private let isMarkup: Bool
  private let values: [Value]
  private let mapping: Value?
  private let rendering: Rendering
  private var position = 0
  private var used = 0
  private var result: [Unicode.Scalar] = []

  static func filled(
    _ format: Text, with value: Value, in rendering: Rendering
  ) throws(TextError) -> Text {
    var filler = PercentFormat(format, value, rendering)
    try filler.run()
    return Text(filler.result, isMarkup: format.isMarkup)
  }

  private init(_ format: Text, _ value: Value, _ rendering: Rendering) {
    self.format = format.scalars
    isMarkup = format.isMarkup
    self.rendering = rendering
    if case .tuple(let elements) = value {
      values = elements.items
      mapping = nil
    } else {
      values = [value]
      switch value {
      case .mapping, .list, .undefined: mapping = value
      case .object(let object) where object is NumberRange: mapping = value
      default: mapping = nil
      }
    }
  }

  private mutating func run() throws(TextError) {
    try rendering.spend(scalars: format.count)
    while position < format.count {
      let scalar = format[position]
      position += 1
      if scalar == "%" {
        try fill()
      } else {
        result.append(scalar)
      }
    }
    if used < values.count, mapping == nil {
      throw .failure(.type, "not all arguments converted during string formatting")
    }
  }

  private mutating func next() throws(TextError) -> Unicode.Scalar {
    guard position < format.count else { throw .failure(.value, "incomplete format") }
    defer { position += 1 }
    return format[position]
  }

  private mutating func argument() throws(TextError) -> Value {
    guard used < values.count else {
      throw .failure(.type, "not enough arguments for format string")
    }
    defer { used += 1 }
    return values[used]
  }

  /// One field: key, flags, width, precision and kind.
  private mutating func fill() throws(TextError) {
    var specification = FormatSpecification()
    var scalar = try next()
    let key = scalar == "(" ? try readKey() : nil
    if key != nil { scalar = try next() }
    var isLeft = false
    var isFilled = false
    while "-+ #0".unicodeScalars.contains(scalar) {
      switch scalar {
      case "-": isLeft = true
      case "+": specification.sign = "+"
      case " ": if specification.sign == "-" { specification.sign = " " }
      case "#": specification.isAlternate = true
      default: isFilled = true
      }
      scalar = try next()
    }
    if let width = try number(&scalar) {
      specification.width = Int(width.magnitude)
      if width < 0 { isLeft = true }
    }
    if scalar == "." {
      scalar = try next()
      specification.precision = max(try number(&scalar) ?? 0, 0)
    }
    while "hlL".unicodeScalars.contains(scalar) { scalar = try next() }
    specification.alignment = isLeft ? .left : .right
    guard scalar != "%" else { return result.append("%") }
    let value: Value
    if let key { value = try member(key) } else { value = try argument() }
    let text = try field(value, scalar, &specification, isFilled: isFilled && !isLeft)
    try rendering.spend(scalars: text.count)
    result += text.scalars
  }

  private mutating func readKey() throws(TextError) -> Value {
    guard mapping != nil else { throw .failure(.type, "format requires a mapping") }
    var depth = 1
    let start = position
    while depth > 0 {
      guard position < format.count else { throw .failure(.value, "incomplete format key") }
      if format[position] == "(" { depth += 1 }
      if format[position] == ")" { depth -= 1 }
      position += 1
    }
    return .text(Text(format[start..<position - 1]))
  }

  private func member(_ key: Value) throws(TextError) -> Value {
    if case .mapping(let mapping)? = mapping {
      guard let value = mapping[try MappingKey(key)] else {
        throw .failure(.key, Printer.excerpt(key))
      }
      return value
    }
    if case .undefined(let undefined)? = mapping { throw undefined.error }
    throw .failure(.type, "list indices must be integers or slices, not str")
  }

  private mutating func number(_ scalar: inout Unicode.Scalar) throws(TextError) -> Int? {
    if scalar == "*" {
      guard let number = try argument().index else { throw .failure(.type, "* wants int") }
      guard number.magnitude <= FormatSpecification.limit else {
        throw .failure(.overflow, "Python int too large to convert to C int")
      }
      scalar = try next()
      return number
    }
    var number: Int?
    while ("0"..."9").contains(scalar) {
      number = (number ?? 0) * 10 + Int(scalar.value - 0x30)
      guard (number ?? 0) <= FormatSpecification.limit else {
        throw .failure(.value, "width too big")
      }
      scalar = try next()
    }
    return number
  }
}

// MARK: - Fields
extension PercentFormat {
  private func field(
    _ value: Value, _ kind: Unicode.Scalar, _ specification: inout FormatSpecification,
    isFilled: Bool
  ) throws(TextError) -> Text {
    switch kind {
    case "s", "r", "a":
      guard kind != "a" else { throw .unsupported("the format “%a”") }
      var text =
        kind == "s" ? try rendering.text(of: value) : try rendering.representation(of: value)
      if isMarkup { text = text.escaped }
      if let precision = specification.precision { text = Text(text.scalars.prefix(precision)) }
      return try specification.laid(text, isNumber: false, in: rendering)
    case "c": return try character(value, specification)
    case "d", "i", "u", "x", "X", "o":
      return try whole(value, kind, &specification, isFilled: isFilled)
    case "e", "E", "f", "F", "g", "G":
      if case .undefined(let undefined) = value { throw undefined.error }
      guard let number = value.number else {
        throw .failure(.type, "must be real number, not \(value.typeName)")
      }
      if isFilled, number.isFinite {
        (specification.fill, specification.alignment) = ("0", .afterSign)
      }
      specification.kind = kind
      return try specification.formatted(.real(number), in: rendering)
    default:
      let code = String(kind.value, radix: 16)
      throw .failure(
        .value,
        "unsupported format character '\(kind)' (0x\(code)) at index \(position - 1)")
    }
  }

  private func character(
    _ value: Value, _ specification: FormatSpecification
  ) throws(TextError) -> Text {
    var text: Text?
    if case .text(let given) = value, given.count == 1 { text = given }
    if let number = value.index {
      guard let scalar = Unicode.Scalar(UInt32(clamping: number)), number >= 0 else {
        throw .failure(.overflow, "%c arg not in range(0x110000)")
      }
      text = Text([scalar])
    }
    guard let text else { throw .failure(.type, "%c requires int or char") }
    return try specification.laid(text, isNumber: false, in: rendering)
  }

  private func whole(
    _ value: Value, _ kind: Unicode.Scalar, _ specification: inout FormatSpecification,
    isFilled: Bool
  ) throws(TextError) -> Text {
    let isDecimal = kind == "d" || kind == "i" || kind == "u"
    var number = value.index
    if case .undefined(let undefined) = value, isDecimal { throw undefined.error }
    if isDecimal, case .real(let real) = value {
      guard real.isFinite else {
        throw .failure(
          real.isNaN ? .value : .overflow,
          "cannot convert float \(real.isNaN ? "NaN" : "infinity") to integer")
      }
      number = Int(exactly: real.rounded(.towardZero))
      guard number != nil else { throw Arithmetic.tooLarge }
    }
    guard let number else {
      throw .failure(
        .type,
        isDecimal
          ? "%\(kind) format: a real number is required, not \(value.typeName)"
          : "%\(kind) format: an integer is required, not \(value.typeName)")
    }
    let radix = isDecimal ? 10 : kind == "o" ? 8 : 16
    var digits = String(number.magnitude, radix: radix, uppercase: kind == "X")
    if let precision = specification.precision, digits.count < precision {
      digits = String(repeating: "0", count: precision - digits.count) + digits
    }
    var head = number < 0 ? "-" : specification.sign == "-" ? "" : String(specification.sign)
    if specification.isAlternate, !isDecimal { head += "0\(kind)" }
    if isFilled, head.count + digits.count < specification.width {
      let missing = specification.width - head.count - digits.count
      digits = String(repeating: "0", count: missing) + digits
    }
    return try specification.laid(Text(head + digits), isNumber: true, in: rendering)
  }
}
