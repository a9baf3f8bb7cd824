// SPDX-License-Identifier: Apache-2.0

// Case, classes of characters and filling up.
extension TextMethods {
  static func upper(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    _ = try call.values([])
    return .text(text.uppercased)
  }

  static func lower(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    _ = try call.values([])
    return .text(text.lowercased)
  }

  static func capitalize(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    _ = try call.values([])
    return .text(text.capitalized)
  }

  static func title(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    _ = try call.values([])
    var result: [Unicode.Scalar] = []
    var followsCased = false
    for (place, scalar) in text.scalars.enumerated() {
      if followsCased {
        result += text.lowercase(at: place)
      } else {
        result += PythonCharacter.titlecase(scalar)
      }
      followsCased = PythonCharacter.isCased(scalar)
    }
    return .text(Text(result, isMarkup: text.isMarkup))
  }

  static func swapCase(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    _ = try call.values([])
    var result: [Unicode.Scalar] = []
    for (place, scalar) in text.scalars.enumerated() {
      if PythonCharacter.isUppercase(scalar) {
        result += text.lowercase(at: place)
      } else if PythonCharacter.isLowercase(scalar) {
        result += PythonCharacter.uppercase(scalar)
      } else {
        result.append(scalar)
      }
    }
    return .text(Text(result, isMarkup: text.isMarkup))
  }

  /// Full case folding is lowercase except for some four hundred characters, which are refused.
  static func casefold(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    guard text.scalars.allSatisfy(\.isASCII) else { throw call.unsupported }
    return try lower(call, text)
  }
}

extension Text {
  var uppercased: Text {
    Text(scalars.flatMap { PythonCharacter.uppercase($0) }, isMarkup: isMarkup)
  }

  var lowercased: Text {
    Text(scalars.indices.flatMap { lowercase(at: $0) }, isMarkup: isMarkup)
  }

  /// The first character in title case, the others in lower case.
  var capitalized: Text {
    var result = scalars.first.map { Array(PythonCharacter.titlecase($0)) } ?? []
    for place in scalars.indices.dropFirst() { result += lowercase(at: place) }
    return Text(result, isMarkup: isMarkup)
  }

  /// A capital sigma at the end of a word becomes the final form.
  func lowercase(at place: Int) -> String.UnicodeScalarView {
    guard scalars[place] == "Σ" else { return PythonCharacter.lowercase(scalars[place]) }
    let before = scalars[..<place].last { !PythonCharacter.isCaseIgnorable($0) }
    let after = scalars[(place + 1)...].first { !PythonCharacter.isCaseIgnorable($0) }
    let isFinal =
      before.map(PythonCharacter.isCased) == true && after.map(PythonCharacter.isCased) != true
    return String.UnicodeScalarView([isFinal ? "ς" : "σ"])
  }
}

// MARK: - Classes
extension TextMethods {
  private static func all(
    _ call: MethodCall, _ text: Text, _ holds: (Unicode.Scalar) -> Bool
  ) throws(TextError) -> Value {
    _ = try call.values([])
    return .boolean(!text.isEmpty && text.scalars.allSatisfy(holds))
  }

  static func isAlphanumeric(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    try all(call, text, PythonCharacter.isAlphanumeric)
  }

  static func isAlphabetic(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    try all(call, text, PythonCharacter.isAlphabetic)
  }

  static func isDecimal(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    try all(call, text, PythonCharacter.isDecimal)
  }

  static func isDigit(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    try all(call, text, PythonCharacter.isDigit)
  }

  static func isNumeric(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    try all(call, text, PythonCharacter.isNumeric)
  }

  static func isSpace(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    try all(call, text, PythonCharacter.isSpace)
  }

  static func isASCII(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    _ = try call.values([])
    return .boolean(text.scalars.allSatisfy(\.isASCII))
  }

  static func isPrintable(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    _ = try call.values([])
    return .boolean(text.scalars.allSatisfy(PythonCharacter.isPrintable))
  }

  static func isIdentifier(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    _ = try call.values([])
    guard let first = text.scalars.first else { return .boolean(false) }
    return .boolean(
      PythonCharacter.startsName(first)
        && text.scalars.allSatisfy(PythonCharacter.continuesName))
  }

  static func isLowercase(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    _ = try call.values([])
    return .boolean(text.isLowercase)
  }

  static func isUppercase(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    _ = try call.values([])
    return .boolean(text.isUppercase)
  }

  static func isTitlecase(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    _ = try call.values([])
    var followsCased = false
    var hasCased = false
    for scalar in text.scalars {
      let isUpper = PythonCharacter.isUppercase(scalar) || PythonCharacter.isTitlecase(scalar)
      let isLower = PythonCharacter.isLowercase(scalar)
      if (isUpper && followsCased) || (isLower && !followsCased) { return .boolean(false) }
      followsCased = isUpper || isLower
      hasCased = hasCased || followsCased
    }
    return .boolean(hasCased)
  }
}

extension Text {
  var isLowercase: Bool {
    scalars.contains(where: PythonCharacter.isLowercase)
      && !scalars.contains { PythonCharacter.isUppercase($0) || PythonCharacter.isTitlecase($0) }
  }

  var isUppercase: Bool {
    scalars.contains(where: PythonCharacter.isUppercase)
      && !scalars.contains { PythonCharacter.isLowercase($0) || PythonCharacter.isTitlecase($0) }
  }
}

// MARK: - Filling up
extension TextMethods {
  private static func fill(
    _ call: MethodCall, _ text: Text, before share: (Int, Int) -> Int
  ) throws(TextError) -> Value {
    let values = try call.values(["width", "fillchar"], required: 1)
    let width = try call.whole(values[0] ?? .none)
    var filler: Unicode.Scalar = " "
    if let value = values[1] {
      guard case .text(let text) = value else {
        throw .failure(
          .type,
          "The fill character must be a unicode character, not \(value.typeName)")
      }
      guard text.count == 1 else {
        throw .failure(.type, "The fill character must be exactly one character long")
      }
      filler = text.scalars[0]
    }
    return .text(try text.filled(to: width, with: filler, before: share, in: call.rendering))
  }

  static func center(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    try fill(call, text, before: Text.centering)
  }

  static func leftJustify(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    try fill(call, text) { _, _ in 0 }
  }

  static func rightJustify(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    try fill(call, text) { missing, _ in missing }
  }

  static func fillWithZeros(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    let width = try call.whole(try call.values(["width"], required: 1)[0] ?? .none)
    let signCount = text.scalars.first == "+" || text.scalars.first == "-" ? 1 : 0
    let digits = Text(text.scalars[signCount...])
    let zeros = try digits.filled(
      to: max(width, 0) - signCount, with: "0", before: { missing, _ in missing },
      in: call.rendering)
    return .text(Text(text.scalars[..<signCount] + zeros.scalars, isMarkup: text.isMarkup))
  }

  static func expandTabs(_ call: MethodCall, _ text: Text) throws(TextError) -> Value {
    let value = try call.values(["tabsize"], positionalOnly: false)[0]
    let size = try value.map { value throws(TextError) in try call.whole(value) } ?? 8
    var result: [Unicode.Scalar] = []
    var column = 0
    for scalar in text.scalars {
      if scalar == "\t" {
        let gap = size > 0 ? size - column % size : 0
        try call.rendering.spend(scalars: gap)
        result += [Unicode.Scalar](repeating: " ", count: gap)
        column += gap
      } else {
        result.append(scalar)
        column = scalar == "\n" || scalar == "\r" ? 0 : column + 1
      }
    }
    return .text(Text(result, isMarkup: text.isMarkup))
  }
}

extension Text {
  /// How many of the missing characters come before a centred text.
  static func centering(_ missing: Int, _ width: Int) -> Int {
    missing / 2 + (missing & width & 1)
  }

  /// At least `width` characters long; `share` says how many of the missing ones come first.
  func filled(
    to width: Int, with filler: Unicode.Scalar, before share: (Int, Int) -> Int,
    in rendering: Rendering
  ) throws(TextError) -> Text {
    guard width > count else { return self }
    try rendering.spend(scalars: width)
    let missing = width - count
    let before = share(missing, width)
    let left = [Unicode.Scalar](repeating: filler, count: before)
    let right = [Unicode.Scalar](repeating: filler, count: missing - before)
    return Text(left + scalars + right, isMarkup: isMarkup)
  }
}
